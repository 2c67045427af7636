import { itemAt } from '../../db/item-at.ts';
import type { Second } from './options/trial-options.ts';
import { togetherOf } from './together.ts';

/** Where the seconds are shown. */
export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Told of every second as it is. */
  readonly onSecond?: (second: Second) => void;
}

/** Where there is no terminal, this many seconds have a line each; then there is a line a minute. */
const secondsShown = 60;

/**
 * Shows each second of a load: two lines that are written over on a terminal; elsewhere a line each, and after
 * a minute a line for each further minute.
 */
export class Live {
  readonly #out: Screen;
  readonly #title: string;
  #seconds = 0;
  /** Seconds that wait for their minute to be over. */
  #minute: Second[] = [];

  constructor(out: Screen, title: string) {
    this.#out = out;
    this.#title = title;
  }

  /** Shows a second. */
  show(second: Second): void {
    this.#out.onSecond?.(second);
    if (this.#out.isTTY === true || this.#seconds < secondsShown) {
      this.#showNow(second);
      return;
    }
    if (this.#seconds++ === secondsShown) this.#out.write('a line a minute from here on\n');
    this.#minute.push(second);
    if (this.#minute.length === 60) this.end();
  }

  /** Shows what waits for the end of its minute. */
  end(): void {
    const last = this.#minute.at(-1);
    if (last === undefined) return;
    this.#showNow({ ...last, reports: this.#minute.flatMap(({ reports }) => reports) });
    this.#minute = [];
  }

  #showNow(second: Second): void {
    const figures = figuresOf(second);
    const server = `server: ${serverText(second.sample)}`;
    const first = this.#seconds++ === 0;
    if (this.#out.isTTY !== true) {
      if (first) this.#out.write(`${this.#title}\n${heading}\n`);
      this.#out.write(`${figures}  ${server}\n`);
      return;
    }
    const fitting = (text: string): string => text.slice(0, (this.#out.columns ?? 80) - 1);
    if (first) this.#out.write(`${fitting(this.#title)}\n${fitting(heading)}\n`);
    else this.#out.write(up);
    this.#out.write(`${fitting(figures)}\n${fitting(server)}\n`);
  }
}

/** Two lines up, and what is there forgotten. */
const up = '\u001b[2A\u001b[J';

/** What the figures of a second are, all latencies in ms: 79 columns wide. */
const columns = [
  { heading: 's', width: 6 },
  { heading: 'offered', width: 8 },
  { heading: 'done', width: 8 },
  { heading: 'refused', width: 8 },
  { heading: 'p50', width: 7 },
  { heading: 'p99', width: 7 },
  { heading: 'max', width: 7 },
  { heading: 'errors', width: 7 },
  { heading: 'retries', width: 8 },
  { heading: 'lag', width: 7 },
  { heading: 'busy', width: 6 },
] as const;

const heading = columns.map((column) => column.heading.padStart(column.width)).join('');

function figuresOf(shown: Second): string {
  const { second, reports } = shown;
  const { bins, sum } = togetherOf(shown);
  const highest = (of: (each: Second['reports'][number]) => number): number =>
    Math.max(0, ...reports.map(of));
  const cells = [
    String(second + 1),
    count(sum((each) => each.offered)),
    count(sum(({ counts }) => counts.done)),
    count(sum(({ counts }) => counts.refused)),
    ms(bins.percentileMs(50)),
    ms(bins.percentileMs(99)),
    ms(bins.samples === 0 ? undefined : bins.maxMs),
    count(sum(({ counts }) => counts.errors)),
    count(sum(({ counts }) => counts.retries)),
    ms(highest(({ behindMs }) => behindMs)),
    `${Math.round(highest(({ utilisation }) => utilisation) * 100)} %`,
  ];
  return cells.map((cell, index) => cell.padStart(itemAt(columns, index).width)).join('');
}

function serverText(sample: Second['sample']): string {
  if (sample === undefined) return 'no answer';
  const waits = Object.entries(sample.waits).sort(([, a], [, b]) => b - a);
  const active = waits.reduce((sum, [, sessions]) => sum + sessions, 0);
  const waiting = waits
    .filter(([wait]) => wait !== 'CPU')
    .slice(0, 2)
    .map(([wait, sessions]) => `${sessions} ${wait}`);
  return [
    `${active} at work`,
    ...waiting,
    ...(sample.checkpointing ? ['checkpoint'] : []),
    ...(sample.autovacuums.length > 0 ? ['autovacuum'] : []),
  ].join(', ');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function ms(value: number | undefined): string {
  if (value === undefined) return '-';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
