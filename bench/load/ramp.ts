import { formatCount, significant } from '../../db/cli/number-text.ts';
import { itemAt } from '../../db/item-at.ts';
import type { Objective, RateRange } from './options/flag-values.ts';
import type { TrialOptions } from './options/trial-options.ts';
import { waitShares } from './record/waits.ts';
import type { LoadTrial, RampRate, RampResult } from './results/results.ts';
import { runTrial } from './run-trial.ts';

/** The search ends when the rate is known to this share. */
const closeEnough = 0.07;

/** Less than this share of the offered operations answered in time is not keeping the rate. */
const keptShare = 0.98;

/** What a ramp tells while it runs. */
export interface RampListener {
  before(rate: number): void;
  after(rate: RampRate): void;
}

/**
 * Finds the highest rate that keeps an objective: the ends first, then between the highest that kept
 * it and the lowest that did not, halving the ratio. Every trial is a load of its own, verified.
 */
export async function runRamp(
  options: Omit<TrialOptions, 'rate'>,
  range: RateRange,
  objective: Objective,
  listener: RampListener,
): Promise<{ readonly ramp: RampResult; readonly trials: readonly LoadTrial[] }> {
  const trials: LoadTrial[] = [];
  const rates: RampRate[] = [];
  const tryRate = async (rate: number): Promise<boolean> => {
    listener.before(rate);
    const trial = await runTrial({ ...options, rate });
    const tried = { rate, ...judgeTrial(trial, objective) };
    trials.push(trial);
    rates.push(tried);
    listener.after(tried);
    return tried.kept;
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
    trials,
    ramp: {
      design: options.design.name,
      from: range.from,
      to: range.to,
      objective: objective.text,
      check: options.check,
      highestRate: highest,
      lowestMiss: miss,
      rates,
      finding: finding(highest, miss, rates, trials),
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
export function judgeTrial(trial: LoadTrial, objective: Objective): Omit<RampRate, 'rate'> {
  const offered = trial.counts.done + trial.counts.errors + trial.unserved;
  const missed: string[] = [];
  const figures: string[] = [];
  for (const { name, percentile, belowMs } of objective.limits) {
    const valueMs = trial.latency.all[percentile];
    if (valueMs === null) missed.push(`too few answers for ${name}`);
    else if (typeof valueMs === 'number') {
      figures.push(`${name} ${ms(valueMs)}`);
      if (valueMs >= belowMs) missed.push(`${name} was ${ms(valueMs)}`);
    }
  }
  if (trial.unserved > offered * (1 - keptShare))
    missed.push(`${formatCount(trial.unserved)} operations never started`);
  if (trial.limit.by === 'generator')
    missed.push(`the generator was the limit: ${trial.limit.reason}`);
  return missed.length === 0
    ? { kept: true, reason: figures.join(', ') }
    : { kept: false, reason: missed.join('; ') };
}

/** What gave way: compares what sessions waited for at the lowest rate that missed. */
function finding(
  highest: number | null,
  miss: number | null,
  rates: readonly RampRate[],
  trials: readonly LoadTrial[],
): string {
  if (miss === null) {
    return highest === null
      ? 'no rate was tried to its end'
      : `the highest rate that was tried, ${formatCount(highest)}/s, kept it`;
  }
  const at = rates.findIndex(({ rate }) => rate === miss);
  const trial = itemAt(trials, at);
  const waits = waitShares(trial).slice(0, 2);
  const waited =
    waits.length === 0
      ? ''
      : `; sessions at work were ${waits.map(({ wait, share }) => `${Math.round(share * 100)} % ${describeWait(wait)}`).join(', ')}`;
  const kept =
    highest === null ? 'no rate that was tried kept it' : `${formatCount(highest)}/s kept it`;
  return `${kept}; at ${formatCount(miss)}/s ${itemAt(rates, at).reason}${busyText(trial)}${waited}`;
}

function ms(value: number): string {
  return `${significant(value, 3)} ms`;
}

function busyText(trial: LoadTrial): string {
  const started = trial.counts.done + trial.counts.errors;
  const share = started === 0 ? 0 : trial.counts.waited / started;
  return share < 0.01
    ? ''
    : `, ${Math.round(share * 100)} % of the operations found all ${trial.clients} connections busy`;
}

function describeWait(wait: string): string {
  return wait === 'CPU' ? 'on the processor (or waiting for one)' : `waiting for ${wait}`;
}
