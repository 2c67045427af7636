import { UserError } from '../../../db/cli/errors.ts';
import { readFormat } from '../../../seed/shape/file/read-format.ts';
import type { Delay, Mix } from '../workload/mix.ts';
import { readTrace } from '../workload/read-trace.ts';
import type { Trace } from '../workload/trace.ts';
import type { LoadOptions } from './load-options.ts';

/** What is to be replayed, as the flags say. */
export interface ReplayFlags {
  readonly file: string;
  readonly columns: string | undefined;
  readonly speed: number;
  /** Ends it early, in seconds. */
  readonly durationS: number | undefined;
}

/** How long after the last message the replay goes on for its reports. */
function longestDelayMs(delay: Delay): number {
  switch (delay.kind) {
    case 'fixed':
      return delay.ms;
    case 'exponential':
      return 5 * delay.meanMs;
    case 'log-normal':
      return 2 * delay.p99Ms;
    case 'released':
      return delay.everyMs;
  }
}

/**
 * What a load is told to replay a trace: its arrivals and reports are the trace's, the reports' delay is
 * the mix's.
 *
 * @throws UserError as readTrace does
 */
export async function replayOptions(
  { file, columns, speed, durationS }: ReplayFlags,
  mix: Mix,
): Promise<Pick<LoadOptions, 'mix' | 'rate' | 'durationS'> & { readonly trace: Trace }> {
  const format = columns === undefined ? undefined : readFormat(columns);
  const trace = await readTrace(file, format, speed, (line) => {
    process.stderr.write(`${line}\n`);
  });
  const lastMs = trace.atMs[trace.messages - 1] as number;
  const wholeS = Math.max(1, Math.ceil((lastMs + longestDelayMs(mix.delay)) / 1_000));
  const runS = durationS ?? wholeS;
  if (runS > 604_800) {
    throw new UserError(
      `the trace would take ${runS} s, longer than a week: --speed replays it faster`,
    );
  }
  const reported = trace.kind.reduce((sum, kind) => (kind === 0 ? sum : sum + 1), 0);
  return {
    trace,
    durationS: runS,
    // operations a second, sends and reports together
    rate: (trace.messages + reported) / wholeS,
    mix: {
      ...mix,
      name: 'trace',
      description: `${trace.messages} messages to ${trace.contacts} contacts, sent again ${speed} times as fast as they were. Of the mix only the delay holds.`,
      arrivals: 'trace',
      blockedShare: 0,
      freshShare: 1,
      repeatShare: 0,
    },
  };
}

/** What of the flags a trace says itself, or needs one. */
interface FlagsBesideTrace {
  readonly trace?: string;
  readonly columns?: string;
  readonly speed?: number;
  readonly rate?: unknown;
  readonly ramp?: unknown;
  readonly arrivals?: string;
  readonly numbers?: string;
  readonly blockedShare?: number;
  readonly comparePgbench?: boolean;
}

/**
 * Refuses what a trace says itself, and what is said of a trace that is not there.
 *
 * @throws UserError that names the flags
 */
export function requireReplayable(flags: FlagsBesideTrace): void {
  if (flags.trace === undefined) {
    if (flags.speed !== undefined) throw new UserError('--speed is for a --trace');
    if (flags.columns !== undefined) throw new UserError('--columns is for a --trace');
    return;
  }
  const given: Readonly<Record<string, boolean>> = {
    '--rate': flags.rate !== undefined,
    '--ramp': flags.ramp !== undefined,
    '--arrivals': flags.arrivals !== undefined,
    '--numbers': flags.numbers !== undefined,
    '--blocked-share': flags.blockedShare !== undefined,
    '--compare-pgbench': flags.comparePgbench === true,
  };
  const unheeded = Object.keys(given).filter((flag) => given[flag]);
  if (unheeded.length > 0) {
    throw new UserError(`--trace says what is sent, and when: leave ${unheeded.join(', ')} out`);
  }
}
