import type { Objective, RateRange } from './options/flag-values.ts';
import type { LegOptions } from './options/trial-options.ts';
import { waitShares } from './record/waits.ts';
import type { LoadLeg, RampResult, RampTrial } from './results.ts';
import { runLeg } from './run-trial.ts';

/** The search ends when the rate is known to this share. */
const closeEnough = 0.07;

/** Less than this share of the offered operations answered in time is not keeping the rate. */
const keptShare = 0.98;

/** What a ramp tells while it runs. */
export interface RampListener {
  before(rate: number): void;
  after(trial: RampTrial): void;
}

/**
 * Finds the highest rate that keeps an objective: the ends first, then between the highest that kept
 * it and the lowest that did not, halving the ratio. Every trial is a load of its own, verified.
 */
export async function runRamp(
  options: Omit<LegOptions, 'rate'>,
  range: RateRange,
  objective: Objective,
  listener: RampListener,
): Promise<{ readonly ramp: RampResult; readonly legs: readonly LoadLeg[] }> {
  const legs: LoadLeg[] = [];
  const trials: RampTrial[] = [];
  const tryRate = async (rate: number): Promise<boolean> => {
    listener.before(rate);
    const leg = await runLeg({ ...options, rate });
    const trial = { rate, ...judge(leg, objective) };
    legs.push(leg);
    trials.push(trial);
    listener.after(trial);
    return trial.kept;
  };
  let highest: number | null = null;
  let miss: number | null = null;
  const search = searchRates(range, closeEnough);
  const interrupted = (): boolean => options.signal?.aborted === true;
  for (let step = search.next(); !step.done && !interrupted(); ) {
    const kept = await tryRate(step.value);
    if (interrupted()) break; // a trial that was cut short says nothing
    if (kept) highest = step.value;
    else miss = step.value;
    step = search.next(kept);
  }
  return {
    legs,
    ramp: {
      design: options.design.name,
      from: range.from,
      to: range.to,
      objective: objective.text,
      highestRate: highest,
      lowestMiss: miss,
      trials,
      finding: finding(highest, miss, trials, legs),
    },
  };
}

/** The rates to try, one after another; `next` is told whether the last one kept the objective. */
export function* searchRates(
  range: RateRange,
  precision: number,
): Generator<number, void, boolean> {
  if (!(yield range.from)) return;
  if (yield range.to) return;
  let [kept, missed] = [range.from, range.to];
  while (missed / kept > 1 + precision) {
    const between = Number(Math.sqrt(kept * missed).toPrecision(3));
    if (between <= kept || between >= missed) return;
    if (yield between) kept = between;
    else missed = between;
  }
}

/** Whether a load kept the objective, and why not. */
export function judge(leg: LoadLeg, objective: Objective): Omit<RampTrial, 'rate'> {
  const offered = leg.counts.done + leg.counts.errors + leg.unserved;
  const missed: string[] = [];
  const figures: string[] = [];
  for (const { name, percentile, belowMs } of objective.limits) {
    const valueMs = leg.latency.all[percentile];
    if (valueMs === null) missed.push(`too few answers for ${name}`);
    else if (typeof valueMs === 'number') {
      figures.push(`${name} ${valueMs} ms`);
      if (valueMs >= belowMs) missed.push(`${name} was ${valueMs} ms`);
    }
  }
  if (leg.unserved > offered * (1 - keptShare))
    missed.push(`${leg.unserved} operations never started`);
  if (leg.limit.by === 'generator') missed.push(`the generator was the limit: ${leg.limit.reason}`);
  return missed.length === 0
    ? { kept: true, reason: figures.join(', ') }
    : { kept: false, reason: missed.join('; ') };
}

/** What gave way: compares what sessions waited for at the lowest rate that missed. */
function finding(
  highest: number | null,
  miss: number | null,
  trials: readonly RampTrial[],
  legs: readonly LoadLeg[],
): string {
  if (miss === null) return `the highest rate that was tried, ${highest ?? '?'}/s, kept it`;
  const at = trials.findIndex(({ rate }) => rate === miss);
  const leg = legs[at];
  const waits = leg === undefined ? [] : waitShares(leg).slice(0, 2);
  const waited =
    waits.length === 0
      ? ''
      : `; sessions at work were ${waits.map(({ wait, share }) => `${Math.round(share * 100)} % ${describeWait(wait)}`).join(', ')}`;
  const kept = highest === null ? 'no rate that was tried kept it' : `${highest}/s kept it`;
  const busy = leg === undefined ? '' : busyText(leg);
  return `${kept}; at ${miss}/s ${trials[at]?.reason ?? ''}${busy}${waited}`;
}

function busyText(leg: LoadLeg): string {
  const started = leg.counts.done + leg.counts.errors;
  const share = started === 0 ? 0 : leg.counts.waited / started;
  return share < 0.01
    ? ''
    : `, ${Math.round(share * 100)} % of the operations found all ${leg.clients} connections busy`;
}

function describeWait(wait: string): string {
  return wait === 'CPU' ? 'on the processor (or waiting for one)' : `waiting for ${wait}`;
}
