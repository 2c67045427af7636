import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { itemAt } from '../../db/item-at.ts';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { readResults } from '../results/read-results.ts';

describe('a bench over data of a shape', () => {
  let database: TestDatabase;
  const reports = mkdtempSync(join(tmpdir(), 'optout-lab-shape-'));
  const bench = (...flags: readonly string[]) =>
    runCommandFile('bench/commands/bench.ts', [...flags, '--out', reports], {
      env: { DATABASE_URL: database.url },
    });
  before(async () => {
    database = await createTestDatabase();
  });
  after(async () => {
    await database.drop();
    rmSync(reports, { recursive: true });
  });

  it('is timed as any, says the shape, and of nobody to refuse that there is nobody', async () => {
    const { exitCode, stderr } = await bench(
      ...['--shape', 'nobody-blocked', '--scale', 'tiny', '--run', 'nobody', '--max-seconds', '4'],
      ...['--scenarios', 'insert-not-durable,refused', '--designs', 'blocked_contacts'],
    );
    assert.equal(exitCode, 0, stderr);
    const { dataSet, designs } = readResults(join(reports, 'nobody'));
    assert.deepEqual([dataSet.shape, dataSet.blockedContacts], ['nobody-blocked', 0]);
    assert.ok(dataSet.optOuts > 0);
    const { scenarios } = itemAt(designs, 0);
    const found = Object.fromEntries(scenarios.map((one) => [one.name, one]));
    assert.equal(found['insert-not-durable']?.failure, undefined);
    assert.match(found['refused']?.failure ?? '', /no contact of the data set is blocked/);
  });

  for (const [flags, says] of [
    [['--shape', 'no-such'], /^error: cannot read the shape no-such/],
    [['--shape', 'third-blocked', '--scale', '2000'], /10000 messages or more/],
    [['--shape', 'third-blocked', '--against-design', 'blocked_hash'], /--shape is not for/],
  ] as const) {
    it(`is refused with ${flags.join(' ')}`, async () => {
      const { exitCode, stderr } = await bench(...flags);
      assert.equal(exitCode, 2);
      assert.match(stderr, /^error: [^\n]*\n$/);
      assert.match(stderr, says);
    });
  }
});
