import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { UserError } from './cli/errors.ts';
import { runPgbench } from './pgbench-process.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

describe('pgbench', () => {
  const folder = mkdtempSync(join(tmpdir(), 'optout-pgbench-'));
  const path = process.env['PATH'];
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
    process.env['PATH'] = `${folder}:${path}`;
  });
  after(async () => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true });
    await database.drop();
  });
  const stub = (script: string): void =>
    writeFileSync(join(folder, 'pgbench'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const run = (): ReturnType<typeof runPgbench> =>
    runPgbench(`${database.url}&password=secret`, ['-i'], { applicationName: 'told' });

  it('gets the login in its environment, and nothing of it on its command line', async () => {
    stub('echo "$@"; echo "$PGPASSWORD $PGAPPNAME" >&2');
    assert.deepEqual(await run(), { stdout: '-i\n', stderr: 'secret told\n' });
  });

  it('fails with the last line that it printed', async () => {
    stub('echo first >&2; echo last >&2; exit 1');
    await assert.rejects(
      run(),
      (error) => error instanceof UserError && error.message === 'pgbench failed: last',
    );
  });
});
