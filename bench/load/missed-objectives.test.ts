import assert from 'node:assert/strict';
import { it } from 'node:test';
import { missedObjectives } from './missed-objectives.ts';
import type { LoadTrial, RampResult } from './results/results.ts';

const trialWith = (kept: boolean): LoadTrial =>
  ({
    design: 'a_design',
    objective: { text: 'p99<5ms', kept, reason: kept ? 'p99 4 ms' : 'p99 was 6 ms' },
  }) as LoadTrial;
const rampTo = (highestRate: number | null): RampResult =>
  ({
    design: 'a_design',
    objective: 'p99<5ms',
    highestRate,
    finding: 'what gave way',
  }) as RampResult;

it('a load that did not keep its objective, and a ramp in which no rate did, are named', () => {
  assert.deepEqual(missedObjectives({ trials: [trialWith(false)], ramps: [rampTo(null)] }), [
    'a_design did not keep p99<5ms: p99 was 6 ms',
    'no rate kept p99<5ms with a_design: what gave way',
  ]);
});

it('one that did, one without an objective, and a ramp with a rate that did are not', () => {
  const without = { design: 'a_design' } as LoadTrial;
  assert.deepEqual(
    missedObjectives({ trials: [trialWith(true), without], ramps: [rampTo(500)] }),
    [],
  );
});
