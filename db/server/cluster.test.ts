import { strict as assert } from 'node:assert';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { serverAccount } from './account.ts';
import { initialise } from './cluster.ts';

describe('a program of PostgreSQL that is there and cannot be run', () => {
  const home = mkdtempSync(join(tmpdir(), 'optout-lab-cluster-'));
  chmodSync(home, 0o755);
  after(() => rmSync(home, { recursive: true }));

  /** What is said of an initdb; `undefined`: there is none. */
  async function saidOf(text: string | undefined): Promise<string> {
    const initdb = join(home, 'initdb');
    if (text !== undefined) writeFileSync(initdb, text, { mode: 0o755 });
    const binaries = { initdb, pgCtl: initdb, postgres: initdb, major: 18 };
    const paths = { home, data: join(home, 'data'), log: join(home, 'log'), socketDir: home };
    return initialise({ binaries, paths, account: serverAccount() }).then(
      () => 'nothing',
      (error: unknown) => String(error),
    );
  }

  it('is said to need glibc where the loader that it names is not there, as on Alpine', async () => {
    // a script without its interpreter is refused by Linux as a program without its loader is
    assert.match(
      await saidOf('#!/no/such/loader\n'),
      /^UserError: the embedded server needs glibc, [^\n]*: set DATABASE_URL [^\n]*$/,
    );
  });

  it('is told as what it is where it is missing itself', async () => {
    rmSync(join(home, 'initdb'), { force: true });
    assert.match(await saidOf(undefined), /^UserError: cannot run \S*\/initdb: [^\n]*ENOENT$/);
  });
});
