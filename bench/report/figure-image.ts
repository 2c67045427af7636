import type { Figure, LegendEntry } from './figure.ts';
import { signHtml } from './figure.ts';
import { type Html, html, raw } from './html.ts';
import { chartWidths, heightOf } from './plot.ts';
import { imageShades } from './shades.ts';
import { wrapLines } from './text-table.ts';

const padding = 20;
const titleLine = 22;
const noteLine = 17;

/**
 * A figure as an SVG file that stands alone, for a README or a slide: its finding above the chart,
 * how to read it below, on a background of its own. It follows the reader's light or dark system
 * (prefers-color-scheme) and asks for nothing: no font, no style sheet, no script.
 */
export function figureImage(figure: Figure): string {
  const width = chartWidths.wide + 2 * padding;
  const titles = wrapLines(figure.finding, 84);
  const notes = wrapLines(
    [figure.kindReading, figure.reading]
      .filter((text) => text !== undefined && text !== '')
      .join(' '),
    126,
  );
  const legend = figure.legendWhereNarrow === true ? [] : (figure.legend ?? []);
  const chart = figure.chart({ width: chartWidths.wide, narrow: false });
  const chartHeight = heightOf(chart);
  const legendTop = padding + titles.length * titleLine;
  const chartTop = legendTop + (legend.length > 0 ? 24 : 4);
  const notesTop = chartTop + chartHeight + 14;
  const height = notesTop + notes.length * noteLine + padding / 2;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" color="var(--ink)">
<title>${figure.finding}</title>
<style>${raw(imageShades())}svg{color:var(--ink)}</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="var(--card)" stroke="var(--line)"/>
${titles.map((line, index) => html`<text x="${padding}" y="${padding + 14 + index * titleLine}" font-size="16" font-weight="700" fill="currentColor">${line}</text>\n`)}
${legendImage(legend, legendTop + 6)}
<g transform="translate(${padding} ${chartTop})">${raw(chart)}</g>
${notes.map((line, index) => html`<text x="${padding}" y="${notesTop + 6 + index * noteLine}" font-size="12" fill="var(--soft)">${line}</text>\n`)}</svg>
`.text;
}

function legendImage(entries: readonly LegendEntry[], top: number): readonly Html[] {
  let left = padding;
  return entries.map((entry) => {
    const drawn = html`<g transform="translate(${left} ${top})">${signHtml(entry)}<text x="32" y="10" font-size="12" fill="currentColor">${entry.name}</text></g>\n`;
    left += 32 + entry.name.length * 6.6 + 24;
    return drawn;
  });
}
