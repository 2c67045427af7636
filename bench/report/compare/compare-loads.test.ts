import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { LoadResults } from '../../load/results/results.ts';
import { referenceLoad, referenceRamp } from '../testing/synthetic-loads.ts';
import { compareLoads } from './compare-loads.ts';
import { comparisonPage } from './comparison-page.ts';
import { comparisonText } from './comparison-text.ts';
import { gateFailures, parseLimit } from './gate.ts';

const campaign = referenceLoad('load-campaign');
const ramp = referenceRamp();

const failures = (before: LoadResults, after: LoadResults): string =>
  gateFailures(compareLoads(before, after), { limits: [parseLimit('5%')], required: [] }, () => {
    throw new Error('no other kind was asked for');
  }).join('\n');

const slower = (load: LoadResults, times: number): LoadResults => ({
  ...load,
  trials: load.trials.map((trial) => ({
    ...trial,
    intervals: trial.intervals.map((interval) => ({
      ...interval,
      p50Ms: interval.p50Ms === null ? null : interval.p50Ms * times,
    })),
  })),
});

const withRamp = (changes: Partial<LoadResults['ramps'][number]>): LoadResults => ({
  ...ramp,
  ramps: ramp.ramps.map((one) => ({ ...one, ...changes })),
});

it('a load passes beside itself, second by second, and a ramp by its ceiling', () => {
  assert.equal(failures(campaign, campaign), '');
  assert.equal(failures(ramp, ramp), '');
  assert.deepEqual(
    compareLoads(campaign, campaign).changes.map(({ scenario }) => scenario),
    ['campaign-p50', 'campaign-p99'],
  );
  assert.deepEqual(
    compareLoads(ramp, ramp).changes.map(({ scenario }) => scenario),
    ['ramp'],
  );
});

it('a load whose seconds are slower does not pass', () => {
  assert.match(
    failures(campaign, slower(campaign, 2)),
    /^1 slower by more than 5 %.*p50 of a second/,
  );
  assert.equal(failures(slower(campaign, 2), campaign), '');
});

it('a ceiling that is lower than the lowest it may have been does not pass, one within it does', () => {
  const highestRate = ramp.ramps[0]?.highestRate ?? Number.NaN;
  const half = { highestRate: highestRate / 2, lowestMiss: highestRate * 0.53 };
  assert.match(failures(ramp, withRamp(half)), /highest rate that keeps/);
  const alike = { highestRate: highestRate * 0.97, lowestMiss: highestRate * 1.04 };
  assert.equal(failures(ramp, withRamp(alike)), '');
});

it('a ramp in which no rate kept the objective any more is a figure that is missing', () => {
  const none = withRamp({ highestRate: null });
  assert.match(failures(ramp, none), /lacks 1 of the earlier one's figures.*highest rate/);
});

it('loads onto other data, by another mix, or after which the database was wrong are not compared', () => {
  const other = { ...campaign, scale: 'tiny' };
  const mixed = {
    ...campaign,
    trials: campaign.trials.map((trial) => ({
      ...trial,
      mix: { ...trial.mix, blockedShare: 0.9 },
    })),
  };
  const wrong = {
    ...campaign,
    trials: campaign.trials.map((trial) => ({
      ...trial,
      verification: { ...trial.verification, ok: false },
    })),
  };
  for (const [after, reason] of [
    [other, /the data are not the same/],
    [mixed, /the mix campaign is not the same/],
    [wrong, /the database was not what was acknowledged/],
  ] as const) {
    assert.match(failures(campaign, after), /^nothing could be judged/);
    assert.match(failures(campaign, after), reason);
  }
});

it('a load with the check off is compared with one that had it on, and that is said first', () => {
  const off: LoadResults = {
    ...ramp,
    trials: ramp.trials.map((trial) => ({ ...trial, check: 'off' as const })),
  };
  assert.match(
    comparisonText(compareLoads(ramp, off), 1_000),
    /^The runs can be compared, but the check was on before and off after: /m,
  );
  assert.match(comparisonPage(compareLoads(ramp, off)), /the check was on before and off after/);
});

it('of ramps with the check on and off in one command, each is held against its like', () => {
  const both: LoadResults = {
    ...ramp,
    trials: [...ramp.trials, ...ramp.trials.map((trial) => ({ ...trial, check: 'off' as const }))],
    ramps: [...ramp.ramps, ...ramp.ramps.map((one) => ({ ...one, check: 'off' as const }))],
  };
  const slowerOff: LoadResults = {
    ...both,
    ramps: both.ramps.map((one) =>
      one.check === 'off' && one.highestRate !== null && one.lowestMiss !== null
        ? { ...one, highestRate: one.highestRate / 2, lowestMiss: one.lowestMiss / 2 }
        : one,
    ),
  };
  assert.deepEqual(
    compareLoads(both, slowerOff).changes.map(({ title, verdict }) => [title, verdict]),
    [
      ['highest rate that keeps p99<10ms, the check off', 'slower'],
      ['highest rate that keeps p99<10ms', 'could not be told apart'],
    ],
  );
});

it('a load that went through a pooler is told from one that did not', () => {
  const pooled = { ...campaign, pooler: '/run:6432' };
  const { cautions } = compareLoads(campaign, pooled).comparability;
  assert.deepEqual(
    cautions.filter((one) => one.includes('pooler')),
    ['it went through no pooler before and the pooler at /run:6432 after'],
  );
  assert.equal(
    compareLoads(pooled, pooled).comparability.cautions.join().includes('pooler'),
    false,
  );
});
