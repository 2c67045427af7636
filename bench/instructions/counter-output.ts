/** What a part of a session did. */
export interface Total {
  readonly instructions: number;
  /** Bytes of WAL, and pages that were asked for in shared buffers. */
  readonly walBytes: number;
  readonly pages: number;
}

/** What one execution costs. */
export type Cost = Total;

/** A count could not be read, or what was counted did not happen. */
export class CountFailure extends Error {}

/** The sums of callgrind's dumps, one a mark, in the order in which they were made. */
export function instructionsOfCallgrind(dumps: string): readonly number[] {
  const parts = dumps.split(/^part: /m).slice(1);
  return parts
    .filter((text) => /^desc: Trigger: --dump-before=/m.test(text))
    .map((text) => {
      const found = /^totals: (\d+)$/m.exec(text)?.[1];
      if (found === undefined) throw new CountFailure('a dump of valgrind has no totals');
      return Number(found);
    });
}

/** The sum in cachegrind's own lines on standard error: `==12== I   refs:      1,234`. */
export function instructionsOfCachegrind(stderr: string): number {
  const found = /^==\d+== I +refs: +([\d,]+)$/m.exec(stderr)?.[1];
  if (found === undefined) throw new CountFailure('valgrind told no sum');
  return Number(found.replaceAll(',', ''));
}

/** The sum that `perf stat -x,` prints: `1234,,instructions:u,…`. */
export function instructionsOfPerf(stderr: string): number {
  const found = /^(\d+),[^,]*,instructions(?::u)?,/m.exec(stderr)?.[1];
  if (found === undefined) throw new CountFailure('perf stat told no sum');
  return Number(found);
}

/** What the session had done in all at each mark: `1: wal_bytes = "1234" (typeid = …`. */
export function figuresOfSession(stdout: string): readonly Omit<Total, 'instructions'>[] {
  const figures = (name: string): readonly number[] =>
    [...stdout.matchAll(new RegExp(`\\d: ${name} = "(\\d+)"`, 'g'))].map(([, found]) =>
      Number(found),
    );
  const pages = figures('pages');
  return figures('wal_bytes').map((walBytes, index) => {
    const found = pages[index];
    if (found === undefined) throw new CountFailure('the session did not tell its pages');
    return { walBytes, pages: found };
  });
}

/** What was done between each and the one before, from what had been done in all; the first from nothing. */
export function between(sums: readonly number[]): readonly number[] {
  return sums.map((sum, index) => sum - (index === 0 ? 0 : (sums[index - 1] as number)));
}

/**
 * Holds the session's errors to be the refusals that were meant, so many and no others.
 *
 * @param refusal the message of a refusal
 */
export function requireRefusals(stderr: string, refusal: string, wanted: number): void {
  const errors = stderr.split('\n').filter((line) => /^(ERROR|FATAL|PANIC|WARNING): /.test(line));
  const other = errors.find((line) => line !== `ERROR:  ${refusal}`);
  if (other !== undefined) throw new CountFailure(other);
  if (errors.length !== wanted) {
    throw new CountFailure(`${errors.length} inserts were refused, and ${wanted} should have been`);
  }
}

/** What one execution costs: the difference of two counts over that of their numbers of executions. */
export function costOfOne(fewer: Total, more: Total, executions: number): Cost {
  if (!(executions > 0)) throw new RangeError(`${executions} executions between two counts`);
  const each = (figure: keyof Total): number => (more[figure] - fewer[figure]) / executions;
  return {
    instructions: Math.round(each('instructions')),
    walBytes: rounded(each('walBytes')),
    pages: rounded(each('pages')),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
