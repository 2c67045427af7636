import type { DesignResult, ScenarioResult } from '../results/results.ts';
import { median } from '../stats/median.ts';

/*
 * Without the check, a statement is the same beside every design: where it took much longer beside one of them,
 * the machine was slower then, for seconds or for minutes. Both arms of a pair bear that, but not by the same
 * share: what waits for memory becomes dearer by more than what waits for the client.
 */

/** From so many times as long as beside the design in the middle on, what was timed is of a slower machine. */
export const slowerTimes = 1.25;

/** In the middle of fewer designs may lie a slow one. */
const fewestDesigns = 5;

/** A durable statement of fewer rows waits longer for the disk than it works. */
const fewestRowsOfDurable = 100;

/** A figure that was timed while the machine was slower. */
export interface SlowFigure {
  readonly design: string;
  readonly scenario: string;
  /** How many times as long the statement without the check took as beside the design in the middle. */
  readonly times: number;
}

/**
 * The figures of a run that were timed while the machine was slower; in the order of its designs. Of durable
 * rows nothing is told, unless they are many: their statement's time is the disk's.
 */
export function slowFigures(designs: readonly DesignResult[]): readonly SlowFigure[] {
  const typical = typicalBaselines(designs);
  return designs.flatMap(({ name: design, scenarios }) =>
    scenarios.flatMap((one) => {
      const times = timesAsLong(one, typical);
      return times !== undefined && times >= slowerTimes
        ? [{ design, scenario: one.name, times }]
        : [];
    }),
  );
}

/** Of the scenarios that were timed again, those that the machine was less slow for the second time, in place of the first. */
export function withTimedAgain(
  designs: readonly DesignResult[],
  again: ReadonlyMap<string, readonly ScenarioResult[]>,
): readonly DesignResult[] {
  const typical = typicalBaselines(designs);
  return designs.map((design) => ({
    ...design,
    scenarios: design.scenarios.map((first) => {
      const second = again.get(design.name)?.find(({ name }) => name === first.name);
      const [before, now] = [timesAsLong(first, typical), second && timesAsLong(second, typical)];
      if (second === undefined || before === undefined || now === undefined || now >= before) {
        return first;
      }
      return { ...second, slowBefore: before };
    }),
  }));
}

/** What a scenario needs of each design to be compared: nanoseconds without the check. */
function typicalBaselines(designs: readonly DesignResult[]): ReadonlyMap<string, number> {
  const baselines = new Map<string, number[]>();
  for (const one of designs.flatMap(({ scenarios }) => scenarios)) {
    if (one.paired === undefined || waitsForDisk(one)) continue;
    baselines.set(one.name, [...(baselines.get(one.name) ?? []), one.paired.baselineNs]);
  }
  return new Map(
    [...baselines].flatMap(([name, all]) =>
      all.length < fewestDesigns ? [] : [[name, median(all)] as const],
    ),
  );
}

function waitsForDisk({ durable, rowsPerStatement }: ScenarioResult): boolean {
  return durable && rowsPerStatement < fewestRowsOfDurable;
}

function timesAsLong(
  { name, paired }: ScenarioResult,
  typical: ReadonlyMap<string, number>,
): number | undefined {
  const middle = typical.get(name);
  return paired === undefined || middle === undefined ? undefined : paired.baselineNs / middle;
}

/** What it takes to time some scenarios of a design again, in seconds: it is built anew, but for the default, which is the schema. */
export function secondsAgain(
  { buildMs = 0 }: Pick<DesignResult, 'buildMs'>,
  timingSeconds: number,
): number {
  return timingSeconds + buildMs / 1_000;
}
