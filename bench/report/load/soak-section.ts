import * as Plot from '@observablehq/plot';
import { formatSeconds } from '../../../db/cli/number-text.ts';
import type { Growth, LoadTrial, Soak } from '../../load/results/results.ts';
import { secondsAxis } from '../charts/seconds-axis.ts';
import { figureHtml, tableHtml } from '../figure.ts';
import { formatBytes, formatCount, significant } from '../format.ts';
import { type Html, html } from '../html.ts';
import type { Section } from '../page.ts';
import { colours } from '../palette.ts';
import { type Chart, plotSvg } from '../plot.ts';
import { growthSummary, growthText, isUnexplained, memoryText, valueText } from './soak-text.ts';

/** What stays as it is over hours, and what grows. */
export function soakSection(trial: LoadTrial, soak: Soak): Section {
  const flat = soak.growth.filter(({ verdict }) => verdict === 'flat').length;
  return {
    id: 'soak',
    question: 'What grows over time?',
    mark: soak.growth.some(isUnexplained) || flat === 0 ? 'open' : 'good',
    answer: `${growthSummary(soak, trial.elapsedS)} ${memoryText(soak)}`,
    body: [
      growthTable(soak.growth),
      html`<p>Slopes are those of a straight line through the means of ten stretches after a warm-up of ${formatSeconds(soak.warmUpS)}, with 95 % intervals (batch means: neighbours in time depend on each other). Level means that the interval holds 0.</p>`,
      html`<p>The charts have a sample every ${formatSeconds(soak.everyS)}. Shaded: an old transaction, another threshold or another design; thin lines: a checkpoint that was asked for.</p>`,
      ...figuresOf(soak),
      eventTable(soak),
    ],
  };
}

function growthTable(growth: readonly Growth[]): Html {
  return tableHtml({
    caption: 'Each figure after the warm-up, at the end, and how it changed an hour',
    columns: [
      { heading: 'figure' },
      ...['first', 'last', 'an hour (95 % interval)'].map((heading) => ({
        heading,
        numeric: true,
      })),
      { heading: 'finding' },
    ],
    rows: growth.map((one) => [
      one.name,
      valueText(one.first, one.unit),
      valueText(one.last, one.unit),
      growthText(one),
      `${one.verdict === 'flat' ? 'level' : one.verdict}${one.cause === undefined ? '' : `: ${one.cause}`}`,
    ]),
  });
}

function eventTable({ events }: Soak): Html {
  return tableHtml({
    caption: 'What was done beside the load',
    columns: [
      { heading: 'what' },
      { heading: 'from', numeric: true },
      { heading: 'to', numeric: true },
      { heading: 'which' },
    ],
    rows: events.map(({ name, startS, endS, note }) => [
      name,
      formatSeconds(startS),
      formatSeconds(endS),
      note,
    ]),
  });
}

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly { readonly atS: number; readonly value: number }[];
}

const lineColours = [
  colours.blue,
  colours.vermillion,
  colours.green,
  colours.purple,
  colours.orange,
  colours.sky,
];

/** The largest tables and indexes that have a line. */
const relationsShown = lineColours.length;

function figuresOf(soak: Soak): readonly Html[] {
  const { samples } = soak;
  const last = samples.at(-1);
  if (last === undefined) return [];
  const lineOf = (
    name: string,
    index: number,
    of: (sample: (typeof samples)[number]) => number | null | undefined,
  ): Line => ({
    name,
    colour: lineColours[index] ?? colours.ink,
    points: samples.flatMap((sample) => {
      const value = of(sample);
      return value === null || value === undefined ? [] : [{ atS: sample.atS, value }];
    }),
  });
  const relations = Object.entries(last.relations)
    .sort(([, a], [, b]) => b - a)
    .slice(0, relationsShown)
    .map(([name]) => name);
  const figures = [
    {
      ...{ id: 'memory', title: 'Resident memory, MB', finding: 'Resident memory', unit: 2 ** 20 },
      lines: [
        lineOf('generator', 0, ({ generator }) => generator.residentBytes),
        lineOf('server’s processes', 1, ({ server }) => server?.residentBytes),
        lineOf('server, shared', 2, ({ server }) => server?.sharedBytes),
      ],
    },
    {
      ...{ id: 'sizes', title: 'Size, MB', finding: 'Tables and indexes', unit: 2 ** 20 },
      lines: relations.map((name, index) => lineOf(name, index, (each) => each.relations[name])),
    },
    {
      ...{ id: 'dead-rows', title: 'Dead rows', finding: 'Dead rows', unit: 1 },
      lines: [lineOf('dead rows', 0, ({ deadRows }) => deadRows)],
    },
    {
      ...{ id: 'files', title: 'Open files', finding: 'Open files and sockets', unit: 1 },
      lines: [
        lineOf('generator', 0, ({ generator }) => generator.descriptors),
        lineOf('server', 1, ({ server }) => server?.descriptors),
      ],
    },
  ];
  return figures.map(({ id, title, finding, unit, lines }) => {
    const shown = lines.filter(({ points }) => points.length > 0);
    return figureHtml({
      id: `soak-${id}`,
      finding,
      reading: '',
      ...(shown.length > 1 ? { legend: shown.map(({ name, colour }) => ({ name, colour })) } : {}),
      chart: linesChart(title, unit, shown, soak),
      data: {
        caption: '',
        label: finding,
        columns: [
          { heading: 'second', numeric: true },
          ...shown.map(({ name }) => ({ heading: name, numeric: true })),
        ],
        rows: thinned(samples.map(({ atS }) => atS)).map((atS) => [
          formatCount(atS),
          ...shown.map(({ points }) => {
            const value = points.find((point) => point.atS === atS)?.value;
            if (value === undefined) return '–';
            return unit === 1 ? formatCount(value) : formatBytes(value);
          }),
        ]),
      },
    });
  });
}

/** Sixty at the most. */
function thinned<T>(items: readonly T[]): readonly T[] {
  const step = Math.max(1, Math.ceil(items.length / 60));
  return items.filter((_, index) => index % step === 0);
}

function linesChart(title: string, unit: number, lines: readonly Line[], soak: Soak): Chart {
  return (space) => {
    const points = lines.flatMap(({ name, points: all, colour }) =>
      all.map(({ atS, value }) => ({ name, colour, atS, value: value / unit })),
    );
    const spans = soak.events.filter(
      ({ startS, endS, name }) => endS > startS && name !== 'checkpoint',
    );
    const moments = soak.events.filter(({ name }) => name === 'checkpoint');
    const lastS = Math.max(1, ...points.map(({ atS }) => atS));
    const highest = Math.max(...points.map(({ value }) => value), 1);
    return plotSvg(title, space, {
      height: space.narrow ? 200 : 240,
      marginLeft: 58,
      marginBottom: 42,
      x: secondsAxis(lastS, space.narrow, 'since the start'),
      y: { label: title, grid: true, zero: true, ticks: 5 },
      marks: [
        Plot.rect(spans, {
          x1: 'startS',
          x2: ({ endS }: { endS: number }) => Math.min(endS, lastS),
          y1: 0,
          y2: highest,
          fill: colours.orange,
          fillOpacity: 0.12,
          title: ({ name, note }: { name: string; note: string }) => `${name}: ${note}`,
        }),
        Plot.ruleX(moments, {
          x: 'startS',
          stroke: colours.muted,
          strokeOpacity: 0.5,
        }),
        ...lines.map(({ name, colour }) =>
          Plot.lineY(
            points.filter((point) => point.name === name),
            { x: 'atS', y: 'value', stroke: colour, strokeWidth: 1.6 },
          ),
        ),
        Plot.dot(thinned(points), {
          x: 'atS',
          y: 'value',
          r: 1.6,
          fill: 'colour',
          title: ({ name, atS, value }: (typeof points)[number]) =>
            `${name}, ${formatSeconds(atS)}: ${significant(value, 3)}`,
        }),
        Plot.ruleY([0]),
      ],
    });
  };
}
