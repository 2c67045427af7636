import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadMisfit } from '../load/results/read-load.ts';
import { syntheticResults } from '../report/testing/synthetic-results.ts';
import { resultsMisfit } from './read-results.ts';
import type { Results } from './results.ts';

const results = JSON.parse(JSON.stringify(syntheticResults())) as Results;

/** What is said of a run of which one part is another. */
function said(change: (results: Results) => object): string | undefined {
  return resultsMisfit({ ...results, ...change(results) });
}

/** The same list with its second item changed. */
function second<T extends object>(items: readonly T[], change: object): readonly object[] {
  return items.map((item, index) => (index === 1 ? { ...item, ...change } : item));
}

test('what is wrong is said in one line that names its place', () => {
  assert.equal(resultsMisfit(results), undefined);
  const cases: readonly (readonly [(results: Results) => object, string])[] = [
    [() => ({ runId: undefined }), 'the file: "runId" is missing'],
    [() => ({ madeBy: 'hand' }), 'the file: "madeBy" is not known'],
    [
      ({ designs }) => ({ designs: second(designs, { status: 'fine' }) }),
      'designs[1].status: not one of timed, planned, failed behaviours, could not be built, timed out',
    ],
    [
      ({ designs }) => ({ designs: second(designs, { sizeMB: 3 }) }),
      'designs[1]: "sizeMB" is not known',
    ],
    [
      ({ sweep }) => ({ sweep: second(sweep, { messages: null }) }),
      'sweep[1].messages: null instead of number',
    ],
    [
      ({ dataSet }) => ({ dataSet: { ...dataSet, seed: '1' } }),
      'dataSet.seed: string instead of number',
    ],
    [
      () => ({ pgbench: { state: 'lost', reason: '' } }),
      'pgbench: "state" is "lost", which is not known',
    ],
    [() => ({ pgbench: { state: 'absent' } }), 'pgbench: "reason" is missing'],
    [
      ({ environment }) => ({
        environment: {
          ...environment,
          client: { ...environment.client, packages: { 'a/b': '1', 'c~d': 2 } },
        },
      }),
      'environment.client.packages.c~d: number instead of string',
    ],
  ];
  for (const [change, reason] of cases) assert.equal(said(change), reason);
});

test('a member that nobody knows is refused wherever an object has names of its own', () => {
  const file = new URL('../load/results/load.schema.json', import.meta.url);
  const { $defs } = JSON.parse(readFileSync(file, 'utf8'));
  assert.equal($defs.LoadTrial.additionalProperties, false);
  assert.equal(
    loadMisfit({ formatVersion: 2, kind: 'load', legs: [] })?.split('\n').length,
    1,
    'one line',
  );
});
