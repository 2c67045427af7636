import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import type pg from 'pg';
import { UserError } from '../cli/errors.ts';
import { requireSupportedVersion } from './guard.ts';

const serverOf = (version: string) =>
  ({ query: async () => ({ rows: [{ server_version_num: version }] }) }) as unknown as pg.Client;

it('a server older than 15 is refused, with its version and what the lab needs', async () => {
  await assert.rejects(requireSupportedVersion(serverOf('140019')), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.message, 'the server is PostgreSQL 14: the lab needs 15 to 19');
    return true;
  });
  assert.equal(await requireSupportedVersion(serverOf('150018')), 15);
  assert.equal(await requireSupportedVersion(serverOf('180004')), 18);
});

it('a newer one than the lab is tested with is let in, and told of once', async () => {
  const written = mock.method(process.stderr, 'write', () => true);
  try {
    for (let asked = 0; asked < 2; asked++) {
      assert.equal(await requireSupportedVersion(serverOf('990001')), 99);
    }
    assert.deepEqual(
      written.mock.calls.map(({ arguments: [text] }) => text),
      ['note: PostgreSQL 99 is newer than what the lab is tested with\n'],
    );
  } finally {
    written.mock.restore();
  }
});
