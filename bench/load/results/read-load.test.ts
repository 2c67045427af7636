import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../../db/cli/errors.ts';
import { readLoad } from './read-load.ts';

const reference = fileURLToPath(new URL('../../../reports/reference/load-ramp', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'optout-load-'));
after(() => rmSync(folder, { recursive: true }));

const text = readFileSync(join(reference, 'load.json'), 'utf8');

function readChanged(change: (load: Record<string, unknown>) => object): unknown {
  writeFileSync(join(folder, 'load.json'), JSON.stringify(change(JSON.parse(text))));
  return readLoad(folder);
}

test('a load of format version 1 is read: its seed is that of the draws, its legs are trials', () => {
  const older = JSON.parse(text);
  assert.equal(older.formatVersion, 1);
  const load = readLoad(reference);
  assert.deepEqual(
    [load.formatVersion, load.drawSeed, load.dataSetSeed],
    [2, older.seed, undefined],
  );
  assert.deepEqual(load.trials, older.legs);
  assert.deepEqual(load.ramps[0]?.rates, older.ramps[0].trials);
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
