import type { LoadResults, LoadTrial, RampRate, RampResult } from '../../load/results/results.ts';
import type { EstimateRange } from '../../stats/estimate.ts';

/** One rate of a ramp with its load. */
export interface RampTrial extends RampRate {
  readonly trial: LoadTrial;
}

/** The loads of a ramp, the lowest rate first; where one was tried more than once, in their order. */
export function rampTrials(
  ramp: RampResult,
  { trials }: Pick<LoadResults, 'trials'>,
): readonly RampTrial[] {
  const own = trials.filter(
    ({ design, check = 'on' }) => design === ramp.design && check === (ramp.check ?? 'on'),
  );
  return ramp.rates
    .flatMap((tried, index) => {
      const trial = own[index];
      return trial === undefined ? [] : [{ ...tried, trial }];
    })
    .sort((a, b) => a.rate - b.rate);
}

/**
 * The rate that keeps the objective with the check on, over the one with it off. Each lies between the highest
 * that kept it and the lowest that did not, which makes the bounds; they are no 95 % interval. Undefined where
 * one of the two has no such bounds.
 */
export function ceilingRatio(on: RampResult, off: RampResult): EstimateRange | undefined {
  if (on.highestRate === null || off.highestRate === null) return undefined;
  if (on.lowestMiss === null || off.lowestMiss === null) return undefined;
  return {
    value: on.highestRate / off.highestRate,
    low: on.highestRate / off.lowestMiss,
    high: on.lowestMiss / off.highestRate,
  };
}
