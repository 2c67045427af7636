import assert from 'node:assert/strict';
import { it } from 'node:test';
import type pg from 'pg';
import { UserError } from '../cli/errors.ts';
import { requireSupportedVersion } from './guard.ts';

const serverOf = (version: string) =>
  ({ query: async () => ({ rows: [{ server_version_num: version }] }) }) as unknown as pg.Client;

it('a server older than 15 is refused, with its version and what the lab needs', async () => {
  await assert.rejects(requireSupportedVersion(serverOf('140019')), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.message, 'the server is PostgreSQL 14: the lab needs 15 to 18');
    return true;
  });
  assert.equal(await requireSupportedVersion(serverOf('150018')), 15);
  assert.equal(await requireSupportedVersion(serverOf('180004')), 18);
});
