import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Results } from '../results/results.ts';
import { historySection } from './history.ts';
import { syntheticDesigns } from './testing/synthetic-design.ts';
import { syntheticResults } from './testing/synthetic-results.ts';

const runs = (count: number, checkNs: (place: number) => number): readonly Results[] =>
  Array.from({ length: count }, (_, place) => ({
    ...syntheticResults({
      runId: `run-${place}`,
      seed: place + 1,
      designs: syntheticDesigns.map((design) =>
        design.name === 'blocked_contacts' ? { ...design, checkNs: checkNs(place) } : design,
      ),
    }),
    startedAt: new Date(Date.UTC(2026, 0, 1 + place)).toISOString(),
  }));

const answer = (results: readonly Results[]): string | undefined =>
  historySection(results)[0]?.answer;

it('tells from which run on a figure has another level, and of which figure', () => {
  const changed = historySection(runs(16, (place) => (place < 8 ? 10_000 : 200_000)));
  assert.match(changed[0]?.answer ?? '', /^The level changed for one row/);
  assert.match(String(changed[0]?.body), /one row: another level from run-8 on/);
  assert.match(answer(runs(16, () => 10_000)) ?? '', /^No change of level is told among 16 runs/);
});

it('holds only runs that can be compared with the newest, and says where they are too few', () => {
  const steady = runs(5, () => 10_000);
  assert.match(answer(steady) ?? '', /^5 runs can be compared; of fewer than 8/);
  const [first, ...others] = steady;
  assert.ok(first !== undefined);
  const elsewhere = {
    ...first,
    dataSet: { ...first.dataSet, messages: first.dataSet.messages * 10 },
  };
  assert.match(answer([elsewhere, ...others]) ?? '', /^4 runs can be compared/);
  assert.deepEqual(historySection(others.slice(0, 2)), []);
});
