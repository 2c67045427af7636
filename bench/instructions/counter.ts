import { spawnSync } from 'node:child_process';
import { type Account, runAs } from '../../db/server/account.ts';
import {
  CountFailure,
  instructionsOfCachegrind,
  instructionsOfCallgrind,
  instructionsOfPerf,
} from './counter-output.ts';
import { markFunction } from './script.ts';

/** How instructions are counted on this machine. */
export type Counter = {
  readonly kind: 'valgrind' | 'perf';
  /** `valgrind-3.19.0`. */
  readonly version: string;
  readonly program: string;
} & (
  | {
      /** It tells the sum of every part of a session. */
      readonly tells: 'every part';
      readonly args: (dumpFile: string) => readonly string[];
      readonly read: (dumps: string) => readonly number[];
    }
  | {
      /** It tells the sum of a whole process, on standard error: every part takes one more. */
      readonly tells: 'the whole';
      readonly args: readonly string[];
      readonly read: (stderr: string) => number;
    }
);

/** What to do where nothing counts. */
export const howToCount =
  'instructions are counted by valgrind (apt-get install valgrind, or dnf), or by perf stat where the processor lets it';

/** The same everywhere: the length of the environment moves the stack. */
export const plainEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C' } as const;

/** valgrind, which counts the same every time; else perf, where the processor's counter may be read. */
export function findCounter(account: Account): Counter | undefined {
  return findValgrind(account) ?? findPerf(account);
}

// its default, to look for a debugger, makes files in /tmp
const valgrindArgs = ['--vgdb=no'];

/** Called after every statement; what it does depends on the clock. */
const flushFunction = 'pgstat_report_stat';

function findValgrind(account: Account): Counter | undefined {
  const version = printedBy(account, 'valgrind', ['--version'])?.stdout.trim();
  if (version === undefined) return undefined;
  return {
    kind: 'valgrind',
    version,
    program: 'valgrind',
    tells: 'every part',
    args: (dumpFile) => [
      ...valgrindArgs,
      '--tool=callgrind',
      '--dump-line=no',
      '--combine-dumps=yes',
      `--callgrind-out-file=${dumpFile}`,
      `--dump-before=${markFunction}`,
      // once a second a session hands its statistics over: how often that falls into a count is chance
      `--toggle-collect=${flushFunction}`,
      '--collect-atstart=yes', // after the other, which means no
    ],
    read: instructionsOfCallgrind,
  };
}

/** valgrind's other tool that counts the same, by which the first one is tried. */
export function cachegrind(): Counter {
  return {
    kind: 'valgrind',
    version: 'cachegrind',
    program: 'valgrind',
    tells: 'the whole',
    args: [
      ...valgrindArgs,
      '--tool=cachegrind',
      '--cache-sim=no',
      '--cachegrind-out-file=/dev/null',
    ],
    read: instructionsOfCachegrind,
  };
}

function findPerf(account: Account): Counter | undefined {
  const args = ['stat', '-x,', '-e', 'instructions:u', '--'];
  try {
    instructionsOfPerf(printedBy(account, 'perf', [...args, 'true'])?.stderr ?? '');
  } catch (error) {
    if (error instanceof CountFailure) return undefined;
    throw error;
  }
  const version = printedBy(account, 'perf', ['--version'])?.stdout.trim() ?? 'perf';
  return {
    kind: 'perf',
    version,
    program: 'perf',
    tells: 'the whole',
    args,
    read: instructionsOfPerf,
  };
}

/** What a program printed; undefined where it is not there, or failed. */
function printedBy(
  account: Account,
  program: string,
  args: readonly string[],
): { readonly stdout: string; readonly stderr: string } | undefined {
  const options = { ...runAs(account), env: plainEnvironment, encoding: 'utf8' } as const;
  const outcome = spawnSync(program, args, options);
  return outcome.status === 0 ? outcome : undefined;
}
