import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { projectDir } from '../../../db/cli/project-dir.ts';
import { whatIsWrong } from '../../load/missed-objectives.ts';
import type { Failover } from '../../load/results/failover-results.ts';
import type { LoadResults } from '../../load/results/results.ts';
import { referenceLoad } from '../testing/synthetic-loads.ts';
import { junitXml } from './junit.ts';
import { loadJson } from './load-json.ts';
import { loadSuites } from './load-suites.ts';

const campaign = referenceLoad('load-campaign');
const ramp = referenceLoad('load-ramp');

const lost: Failover = {
  replication: 'async',
  standbyDelayMs: 20,
  killedS: 2,
  promotedS: 2.5,
  refusedS: 3,
  acceptedS: 3.25,
  answeredS: 3,
  unreplicated: { messages: 1, reports: 0 },
  lost: { messages: ['one'], reports: [], optOuts: [], blocks: [] },
  wronglyAccepted: 0,
  ok: true,
  differences: [],
};
const withFailover = (failover: Failover): LoadResults => ({
  ...notVerified(campaign),
  failovers: [failover],
});

function notVerified(load: LoadResults): LoadResults {
  return {
    ...load,
    trials: load.trials.map((trial) => ({
      ...trial,
      verification: { ...trial.verification, ok: false, differences: ['one is missing'] },
    })),
  };
}

/** A load that had to keep something. */
function judged(kept: boolean): LoadResults {
  const objective = { text: 'p99<5ms', kept, reason: kept ? 'p99 4 ms' : 'p99 was 6 ms' };
  return { ...campaign, trials: campaign.trials.map((trial) => ({ ...trial, objective })) };
}

const noRate: LoadResults = {
  ...ramp,
  ramps: ramp.ramps.map((one) => ({ ...one, highestRate: null })),
};
const cases = {
  campaign,
  ramp,
  'a comparison with pgbench': referenceLoad('load-pgbench'),
  'a load that kept its objective': judged(true),
  'one that did not': judged(false),
  'a ramp without a rate': noRate,
  'a database that is wrong': notVerified(campaign),
  'a failover that lost what it may': withFailover(lost),
  'one that lost more': withFailover({ ...lost, ok: false, differences: ['two are missing'] }),
} as const;

describe('a load as JSON', () => {
  const schema = JSON.parse(
    readFileSync(join(projectDir, 'bench/report/programs/load.schema.json'), 'utf8'),
  );
  const validate = new Ajv2020({ discriminator: true }).compile(schema);
  for (const [name, results] of Object.entries(cases)) {
    it(`is what its schema says: ${name}`, () => {
      const json = loadJson(results);
      assert.ok(validate(JSON.parse(JSON.stringify(json))), JSON.stringify(validate.errors));
      assert.ok(!validate({ ...json, more: 1 }), 'an unknown member passes');
      assert.equal(json.failure, whatIsWrong(results));
      assert.equal(json.trials.length, results.trials.length);
    });
  }

  it('holds a load’s percentiles and a ramp’s answer', () => {
    const [trial] = campaign.trials;
    assert.equal(loadJson(campaign).trials[0]?.latencyMs.all.p99, trial?.latency.all.p99Ms);
    assert.equal(loadJson(ramp).ramps[0]?.highestRate, ramp.ramps[0]?.highestRate);
    assert.equal(loadJson(ramp).ramps[0]?.check, 'on');
  });

  it('says of a failover when a blocked number was refused again, from the kill on', () => {
    const [failover] = loadJson(cases['a failover that lost what it may']).failovers;
    assert.deepEqual(
      [failover?.refusedAfterS, failover?.acceptedAfterS, failover?.lostMessages],
      [1, 1.25, 1],
    );
  });
});

describe('a load as JUnit', () => {
  for (const [name, results] of Object.entries(cases)) {
    it(`fails where the command ends with code 1, and only there: ${name}`, () => {
      const failures = loadSuites(results)
        .flatMap(({ cases }) => cases)
        .filter(({ failure }) => failure !== undefined);
      assert.equal(failures.length > 0, whatIsWrong(results) !== undefined);
      assert.match(junitXml(loadSuites(results)), new RegExp(` failures="${failures.length}"`));
    });
  }

  it('has a case for the verification of each load and one for what had to be kept', () => {
    const names = loadSuites(judged(false)).map(({ name, cases }) => [
      name,
      cases.map((one) => one.failure),
    ]);
    assert.deepEqual(names, [
      ['verification', [undefined]],
      ['objective', ['p99 was 6 ms']],
    ]);
    assert.equal(loadSuites(ramp)[0]?.cases.length, ramp.trials.length);
    assert.match(
      loadSuites(noRate)[1]?.cases[0]?.name ?? '',
      /^a rate keeps p99<10ms: blocked_contacts, 500 to 16,000\/s$/,
    );
  });
});
