import assert from 'node:assert/strict';
import { it } from 'node:test';
import { syntheticResults } from '../report/testing/synthetic-results.ts';
import { warningsOf } from './warnings.ts';

it('an index of more than half again what its rows need is told of', () => {
  const told = (sizeBytes: number, predictedSizeBytes: number): readonly string[] =>
    warningsOf({
      ...syntheticResults(),
      tree: { index: 'a_pkey', level: 2, predictedLevel: 2, sizeBytes, predictedSizeBytes },
    }).filter((warning) => warning.includes('a_pkey'));
  assert.match(told(300e6, 100e6).join(), /^a_pkey takes 3\.0 times .* reindex index concurrently/);
  assert.deepEqual(told(140e6, 100e6), []);
  assert.deepEqual(told(40_960, 16_384), []);
});

it('a server that does not keep its commits is told of, and what that means', () => {
  const { environment, ...results } = syntheticResults();
  const told = (name: string, value: string): readonly string[] => {
    const changedSettings = [{ name, value, unit: '', source: 'configuration file' }];
    const server = { ...environment.server, changedSettings };
    return warningsOf({ ...results, environment: { ...environment, server } }).filter((warning) =>
      warning.includes(name),
    );
  };
  assert.match(
    told('fsync', 'off').join(),
    /^fsync is off on the server: no commit waits .* none here is called durable/,
  );
  assert.match(
    told('synchronous_commit', 'off').join(),
    /^synchronous_commit is off .* none here is called durable/,
  );
  assert.match(
    told('full_page_writes', 'off').join(),
    /^full_page_writes is off .* half-written pages/,
  );
  assert.deepEqual(told('synchronous_commit', 'remote_apply'), []);
});

it('what a hypervisor gave to other machines is told from 2 % on', () => {
  const { environment, ...results } = syntheticResults();
  const told = (stealShare: number): readonly string[] =>
    warningsOf({
      ...results,
      environment: { ...environment, machine: { ...environment.machine, stealShare } },
    }).filter((warning) => warning.includes('hypervisor'));
  assert.match(told(0.034).join(), /^The hypervisor gave 3\.4 % of the processors’ time/);
  assert.deepEqual(told(0.019), []);
});
