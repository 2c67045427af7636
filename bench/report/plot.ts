import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { itemAt } from '../../db/item-at.ts';
import { type Html, html, later, raw } from './html.ts';
import { linearTicks } from './ticks.ts';

/** The widths at which each chart is drawn: for a page and for a phone. The style sheet shows one. */
export const chartWidths = { wide: 860, narrow: 340 } as const;

/** What a chart knows of the place where it will stand. */
export interface ChartSpace {
  readonly width: number;
  readonly narrow: boolean;
}

/** A chart as a function of its space, so that one for a phone is drawn for a phone. */
export type Chart = (space: ChartSpace) => string;

/** What Plot makes its elements in; nothing is ever put into it. */
const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Attributes that say where something is, or how strong. */
const coordinates =
  / (?:x|y|x1|y1|x2|y2|cx|cy|width|height|d|transform|points|fill-opacity)="[^"]*"/g;

/** Draws with Observable Plot, without a browser. The ink is `currentColor`: it follows the page. */
export function plotSvg(label: string, space: ChartSpace, options: Plot.PlotOptions): string {
  const plot = Plot.plot({
    document: document as never,
    width: space.width,
    ariaLabel: label,
    style: { fontSize: space.narrow ? '11px' : '12px', background: 'none', overflow: 'visible' },
    ...options,
  });
  plot.setAttribute('role', 'img');
  return (
    plot.outerHTML
      // what the style sheet says once for all drawings
      .replace(/ class="plot-\w+"><style>.*?<\/style>/s, '>')
      // a tenth of a pixel is as exact as a screen, a hundredth of an opacity as an eye
      .replaceAll(coordinates, (attribute: string) => {
        const parts = attribute.startsWith(' fill-opacity') ? 100 : 10;
        return attribute.replaceAll(/\d+\.\d{2,}(?!\d*e)/g, (number: string) =>
          String(Math.round(Number(number) * parts) / parts),
        );
      })
      // a phone has no pointer that rests on a point
      .replaceAll(space.narrow ? /<title>[^<]*<\/title>/g : /(?!)/g, '')
      // the drawing is one image: names of its parts are nobody's, and not allowed there
      .replaceAll(/(<g[^>]*?) aria-label="[^"]*"/g, '$1')
  );
}

/** Both drawings of a chart, each in a place of its size; page.css shows the one that fits. */
export function drawing(chart: Chart): Html {
  const place = (name: string, space: ChartSpace): Html => {
    const svg = chart(space);
    return html`<div class="drawing ${name}" style="--width:${space.width}px;--shape:${space.width}/${heightOf(svg)}">${later(raw(svg))}</div>`;
  };
  return html`${place('wide', { width: chartWidths.wide, narrow: false })}${place('narrow', {
    width: chartWidths.narrow,
    narrow: true,
  })}`;
}

/** How high a drawing says it is, in pixels. */
export function heightOf(svg: string): number {
  const height = / height="([\d.]+)"/.exec(svg)?.[1];
  if (height === undefined) throw new Error('a chart does not say how high it is');
  return Number(height);
}

/** A label that wants to stand at a height, in pixels. */
export interface WantedLabel {
  readonly text: string;
  readonly y: number;
}

/**
 * Moves labels apart until none is closer than `gap` to the next, each as near to its wish as the
 * others allow, none above `top` or below `bottom` while there is room.
 */
export function spreadLabels<T extends WantedLabel>(
  labels: readonly T[],
  gap: number,
  top: number,
  bottom: number,
): readonly (T & { readonly placedY: number })[] {
  const sorted = [...labels].sort((a, b) => a.y - b.y);
  const placed: number[] = [];
  for (const label of sorted) placed.push(Math.max(label.y, (placed.at(-1) ?? top - gap) + gap));
  let limit = bottom;
  for (let index = placed.length - 1; index >= 0; index--) {
    placed[index] = Math.min(itemAt(placed, index), limit);
    limit = itemAt(placed, index) - gap;
  }
  return sorted.map((label, index) => ({ ...label, placedY: itemAt(placed, index) }));
}

/** Round numbers between two bounds of a logarithmic axis: few where it spans much. */
export function logTicks(low: number, high: number): number[] {
  // within half a decade 1, 2 and 5 leave one or none
  if (high / low < 5) return linearTicks(low, high, 4, 'count').values;
  const steps = high / low > 300 ? [1] : high / low > 30 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const step of steps) {
      const tick = step * 10 ** power;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}
