import cliProgress from 'cli-progress';
import { formatBytes, formatCount, formatSeconds, shortCount } from '../../db/cli/number-text.ts';
import { type DataSet, type TableName, tableNames } from '../data-set/data-set.ts';
import type { CopySource } from '../encode/copy-source.ts';

/** Shows a load as it goes. */
export interface Progress {
  /** A line that stays, where lines are what is shown. */
  line(text: string): void;
  /** A table is being filled from `source`, which is asked for its counts from now on. */
  copying(source: CopySource): void;
  copied(source: CopySource, seconds: number): void;
  /** The table was filled by an earlier run. */
  kept(table: TableName): void;
  /** What is being built or checked now, and how many of how many stages of that sort are done. */
  building(done: number, total: number, now: readonly string[]): void;
  close(): void;
}

const redrawMs = 250;
const plainLineMs = 5_000;

/** Bars on a terminal, plain lines elsewhere (a log file, CI). */
export function createProgress(
  dataSet: DataSet,
  print: (line: string) => void,
  terminal: boolean,
): Progress {
  return terminal ? new Bars(dataSet) : new Lines(print);
}

/** What a source has sent so far: `1,234,567 rows, 150.1 MB, 1,100,000 rows/s, 134.0 MB/s`. */
function describe(source: CopySource, seconds: number): string {
  const perSecond = (value: number): number => value / Math.max(seconds, 0.001);
  return [
    `${formatCount(source.rowsWritten)} rows`,
    formatBytes(source.bytesWritten),
    `${formatCount(perSecond(source.rowsWritten))} rows/s`,
    `${formatBytes(perSecond(source.bytesWritten))}/s`,
  ].join(', ');
}

/** The same in the width of a terminal: `1.23M rows, 1.1M/s, 134.0 MB/s`. */
function describeBriefly(source: CopySource, seconds: number): string {
  const perSecond = (value: number): number => value / Math.max(seconds, 0.001);
  return [
    `${shortCount(source.rowsWritten)} rows`,
    `${shortCount(perSecond(source.rowsWritten))}/s`,
    `${formatBytes(perSecond(source.bytesWritten))}/s`,
  ].join(', ');
}

/** `1 min 20 s left`; before the first rows nobody knows. */
function timeLeft(source: CopySource, seconds: number): string {
  const { rows, rowsWritten } = source;
  if (rowsWritten === 0) return 'beginning';
  return `${formatSeconds((seconds / rowsWritten) * (rows - rowsWritten))} left`;
}

/** Shows one line now and then for each table being filled. */
class Lines implements Progress {
  readonly #active = new Map<CopySource, number>();
  #lastBuilding = '';
  readonly #timer = setInterval(() => this.#tick(), plainLineMs);

  readonly line: (text: string) => void;

  constructor(print: (line: string) => void) {
    this.line = print;
    this.#timer.unref();
  }

  copying(source: CopySource): void {
    this.#active.set(source, performance.now());
  }

  copied(source: CopySource, seconds: number): void {
    this.#active.delete(source);
    this.line(`${source.table}: ${describe(source, seconds)}, done in ${formatSeconds(seconds)}`);
  }

  kept(): void {}

  building(done: number, total: number, now: readonly string[]): void {
    this.#lastBuilding =
      now.length === 0 ? '' : `${done}/${total} built and checked: ${now.join('; ')}`;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    for (const [source, started] of this.#active) {
      const seconds = (performance.now() - started) / 1_000;
      this.line(`${source.table}: ${describe(source, seconds)}, ${timeLeft(source, seconds)}`);
    }
    if (this.#lastBuilding !== '') this.line(this.#lastBuilding);
  }
}

/** One bar a table, one for everything that is built and checked afterwards. */
class Bars implements Progress {
  readonly #bars: cliProgress.MultiBar;
  readonly #tables: ReadonlyMap<TableName, cliProgress.SingleBar>;
  readonly #builds: cliProgress.SingleBar;
  readonly #active = new Map<CopySource, number>();
  readonly #timer = setInterval(() => this.#tick(), redrawMs);

  constructor(dataSet: DataSet) {
    this.#timer.unref();
    this.#bars = new cliProgress.MultiBar(
      {
        format: '{name} {bar} {percentage}% {detail}',
        barsize: (process.stdout.columns ?? 80) < 100 ? 8 : 24,
        fps: 1_000 / redrawMs,
        hideCursor: true,
        gracefulExit: false, // interrupts are the command's to handle
        emptyOnZero: true,
      },
      cliProgress.Presets.shades_classic,
    );
    const width = Math.max(...tableNames.map((table) => table.length), 'keys, checks'.length);
    this.#tables = new Map(
      tableNames.map((table) => [
        table,
        this.#bars.create(Math.max(1, dataSet.rowCounts[table]), 0, {
          name: table.padEnd(width),
          detail: 'waiting',
        }),
      ]),
    );
    this.#builds = this.#bars.create(1, 0, {
      name: 'keys, checks'.padEnd(width),
      detail: 'waiting',
    });
  }

  /** Nothing: a line between bars would tear them apart, and the summary at the end has it all. */
  line(): void {}

  copying(source: CopySource): void {
    this.#active.set(source, performance.now());
  }

  copied(source: CopySource, seconds: number): void {
    this.#active.delete(source);
    const detail = `${describeBriefly(source, seconds)}, ${formatSeconds(seconds)}`;
    const bar = this.#tables.get(source.table);
    bar?.update(bar.getTotal(), { detail });
  }

  kept(table: TableName): void {
    const bar = this.#tables.get(table);
    bar?.update(bar.getTotal(), { detail: 'kept from before' });
  }

  building(done: number, total: number, now: readonly string[]): void {
    this.#builds.setTotal(Math.max(1, total));
    this.#builds.update(done, { detail: `${done}/${total} ${now.join('; ')}` });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#tick();
    this.#bars.stop();
  }

  #tick(): void {
    for (const [source, started] of this.#active) {
      const seconds = (performance.now() - started) / 1_000;
      const detail = `${describeBriefly(source, seconds)}, ${timeLeft(source, seconds)}`;
      this.#tables.get(source.table)?.update(source.rowsWritten, { detail });
    }
  }
}
