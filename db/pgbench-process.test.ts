import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { UserError } from './cli/errors.ts';
import { runPgbench, splitPassword } from './pgbench-process.ts';

describe('pgbench', () => {
  it('has no password on its command line, wherever the URL has it', () => {
    const rows = [
      ['postgres://u:p%40w@h:5/db?x=1', 'postgres://u@h:5/db?x=1', 'p@w'],
      ['postgres:///db?host=/s&password=p%40w&x=1', 'postgres:///db?host=/s&x=1', 'p@w'],
      ['postgres:///db?password=pw&host=/s', 'postgres:///db?host=/s', 'pw'],
      ['postgres:///db?host=/s', 'postgres:///db?host=/s', undefined],
    ] as const;
    for (const [url, connection, password] of rows) {
      assert.deepEqual(splitPassword(url), { connection, password });
    }
  });

  it('gets the password in its environment, and its failure is told by its last line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'optout-pgbench-'));
    const env = { PATH: `${folder}:${process.env['PATH']}` };
    const stub = (script: string): void =>
      writeFileSync(join(folder, 'pgbench'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    try {
      stub('echo "$@"; echo "$PGPASSWORD" >&2');
      assert.deepEqual(await runPgbench('postgres://u:secret@h/db', ['-i'], env), {
        stdout: '-i postgres://u@h/db\n',
        stderr: 'secret\n',
      });
      stub('echo first >&2; echo last >&2; exit 1');
      await assert.rejects(
        runPgbench('postgres://h/db', [], env),
        (error) => error instanceof UserError && error.message === 'pgbench failed: last',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
