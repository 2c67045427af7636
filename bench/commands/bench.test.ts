import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { createTestDatabase } from '../../db/testing/test-database.ts';
import { readResults } from '../results/read-results.ts';

it('ends with code 1 and the reason where a design that was asked for could not be built, and keeps the rest', async () => {
  const out = mkdtempSync(join(tmpdir(), 'optout-lab-bench-'));
  const database = await createTestDatabase();
  const client = await database.connect();
  try {
    await client.query('set allow_system_table_mods = on');
    await client.query(`delete from pg_collation where collname like '%-x-icu'`); // of this database
    const { exitCode, stderr } = await runCommandFile(
      'bench/commands/bench.ts',
      [
        ...['--scale', '2000', '--designs', 'blocked_contacts,blocked_icu', '--max-seconds', '2'],
        ...['--scenarios', 'insert-not-durable', '--out', out, '--run', 'without-icu'],
      ],
      { env: { DATABASE_URL: database.url } },
    );
    assert.equal(exitCode, 1, stderr);
    assert.match(
      stderr,
      /\nerror: blocked_icu could not be built: the server has no collation "und-x-icu"[^\n]*\n$/,
    );
    const { designs } = readResults(join(out, 'without-icu'));
    assert.deepEqual(
      designs.map(({ name, status }) => [name, status]),
      [
        ['blocked_contacts', 'timed'],
        ['blocked_icu', 'could not be built'],
      ],
    );
  } finally {
    await client.end();
    await database.drop();
    rmSync(out, { recursive: true });
  }
});
