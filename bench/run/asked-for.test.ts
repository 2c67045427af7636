import assert from 'node:assert/strict';
import { it } from 'node:test';
import { syntheticResults } from '../report/testing/synthetic-results.ts';
import type { DesignStatus } from '../results/results.ts';
import { notMeasured } from './asked-for.ts';

const run = syntheticResults();
const [first] = run.designs;
if (first === undefined) throw new Error('synthetic results have designs');

const withStatus = (status: DesignStatus) => ({
  sweep: [],
  designs: [{ ...first, status, reason: 'the server lacks something' }],
});

it('a design that was asked for and could not be built, or failed a behaviour, is named with its reason', () => {
  for (const status of ['could not be built', 'failed behaviours'] as const) {
    assert.deepEqual(notMeasured(withStatus(status), [first.name]), [
      `${first.name} ${status}: the server lacks something`,
    ]);
  }
});

it('a design that was timed, explained or not asked for is not', () => {
  assert.deepEqual(notMeasured(withStatus('timed'), [first.name]), []);
  assert.deepEqual(notMeasured(withStatus('planned'), [first.name]), []);
  assert.deepEqual(notMeasured(withStatus('could not be built'), ['another']), []);
});

it('a design that could not be built at one size of a sweep is named with the size', () => {
  const [point] = syntheticResults().sweep;
  assert.ok(point !== undefined);
  const failed = { name: first.name, status: 'could not be built', reason: 'no room' } as const;
  const sweep = [{ ...point, messages: 10_000, designs: [failed] }];
  assert.deepEqual(notMeasured({ designs: [], sweep }, [first.name]), [
    `${first.name} could not be built at 10000 messages: no room`,
  ]);
});
