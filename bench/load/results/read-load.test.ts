import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { UserError } from '../../../db/cli/errors.ts';
import { projectDir } from '../../../db/cli/project-dir.ts';
import { itemAt } from '../../../db/item-at.ts';
import { loadFormatVersion } from './format-version.ts';
import { readLoad } from './read-load.ts';
import type { LoadResults } from './results.ts';

/** A ramp that the first version of the format kept, cut down to one load. */
const first = join(projectDir, 'bench/load/results/testing/load-format-1.json');
const folder = mkdtempSync(join(tmpdir(), 'optout-load-'));
after(() => rmSync(folder, { recursive: true }));

const text = readFileSync(first, 'utf8');

function readChanged(change: (load: Record<string, unknown>) => object): unknown {
  writeFileSync(join(folder, 'load.json'), JSON.stringify(change(JSON.parse(text))));
  return readLoad(folder);
}

test('a load of format version 1 is read: its seed is that of the draws, its legs are trials', () => {
  const older = JSON.parse(text);
  assert.equal(older.formatVersion, 1);
  const load = readChanged((same) => same) as LoadResults;
  assert.deepEqual(
    [load.formatVersion, load.drawSeed, load.dataSetSeed],
    [loadFormatVersion, older.seed, undefined],
  );
  const { counts, latency, intervals } = itemAt(load.trials, 0);
  const [leg] = older.legs;
  assert.deepEqual(latency, leg.latency);
  assert.deepEqual(counts, { ...leg.counts, unconfirmed: 0 });
  assert.deepEqual(itemAt(intervals, 0).counts, { ...leg.intervals[0].counts, unconfirmed: 0 });
  assert.deepEqual(load.ramps[0]?.rates, older.ramps[0].trials);
});

test('a load of format version 2 is read: the errors that it has all ended an operation', () => {
  const load = readChanged(({ legs, ramps, seed, ...older }) => ({
    ...older,
    formatVersion: 2,
    drawSeed: seed,
    ramps: [],
    trials: [
      { ...(legs as object[])[0], errors: { '23503': { count: 3, message: 'no such profile' } } },
    ],
  })) as LoadResults;
  assert.deepEqual(itemAt(load.trials, 0).errors, {
    '23503': { answers: 3, connecting: 0, failed: 3, message: 'no such profile' },
  });
});

test('a member that is not known, or missing deep inside, is refused in one line with its place', () => {
  const cases = [
    { change: (load: object) => ({ ...load, madeBy: 'hand' }), says: /: "madeBy" is not known$/ },
    {
      change: (load: object) => ({ ...load, legs: [{}] }),
      says: /: trials\[0\]: "design" is missing$/,
    },
    { change: (load: object) => ({ ...load, legs: undefined }), says: /: "trials" is missing$/ },
  ];
  for (const { change, says } of cases) {
    assert.throws(
      () => readChanged(change),
      (error: unknown) =>
        error instanceof UserError && says.test(error.message) && !error.message.includes('\n'),
    );
  }
});
