import type pg from 'pg';
import { formatSeconds } from '../../db/cli/number-text.ts';
import { readSql } from '../../db/sql.ts';
import type { Turns } from './connections.ts';
import type { Progress } from './progress.ts';
import type { LoadStep } from './run-steps.ts';
import type { LoadConnection, StageListener } from './stages.ts';

/** How often the server is asked how far its index builds are. */
const pollMs = 500;

/** Tells a progress display what the stages do; follows index builds in pg_stat_progress_create_index. */
export interface StageWatch extends StageListener {
  /** Says which stages there will be. */
  expect(stages: readonly LoadStep<LoadConnection>[], done: ReadonlySet<string>): void;
  close(): Promise<void>;
}

/** As pg_stat_progress_create_index tells of it. */
interface Build {
  readonly phase: string;
  /** Of the present phase, 0 to 1. */
  readonly share: number;
}

/** `scanning table 45 %`. Of sorting, the server does not tell how far it is. */
function describeBuild({ phase, share }: Build): string {
  const what = phase.replace(/^building index: /, '');
  return /^sorting/.test(what) ? what : `${what} ${Math.min(100, Math.round(share * 100))} %`;
}

/** @param onControl whose turn it is on the session: others use it meanwhile */
export function createStageWatch(
  progress: Progress,
  control: pg.Client,
  onControl: Turns,
): StageWatch {
  const running = new Map<
    string,
    { readonly pid: number; readonly started: number; detail: string }
  >();
  let total = 0;
  let done = 0;
  let polling = Promise.resolve();

  const show = (): void => {
    const now = [...running].map(([stage, { started, detail }]) => {
      const elapsed = formatSeconds((performance.now() - started) / 1_000);
      return `${stage} (${detail === '' ? '' : `${detail}, `}${elapsed})`;
    });
    progress.building(done, total, now);
  };
  const poll = async (): Promise<void> => {
    if (running.size === 0) return;
    const { rows } = await onControl(() =>
      control.query<Build & { readonly pid: number }>(
        readSql(new URL('./sql/build_progress.sql', import.meta.url)),
        [[...running.values()].map(({ pid }) => pid)],
      ),
    );
    for (const stage of running.values()) {
      const found = rows.find(({ pid }) => pid === stage.pid);
      stage.detail = found === undefined ? '' : describeBuild(found);
    }
    show();
  };
  const timer = setInterval(() => {
    polling = polling.then(poll).catch(() => {});
  }, pollMs);

  return {
    expect: (stages, finished) => {
      const counted = stages.filter(({ name }) => !name.startsWith('copy '));
      total = counted.length;
      done = counted.filter(({ name }) => finished.has(name)).length;
      show();
    },
    copyBegins: (source) => progress.copying(source),
    copyEnds: (source, seconds) => progress.copied(source, seconds),
    workBegins: (stage, { pid }) => {
      running.set(stage, { pid, started: performance.now(), detail: '' });
      show();
    },
    workEnds: (stage, seconds) => {
      running.delete(stage);
      done++;
      if (seconds >= 1) progress.line(`${stage}: done in ${formatSeconds(seconds)}`);
      show();
    },
    close: async () => {
      clearInterval(timer);
      await polling;
    },
  };
}
