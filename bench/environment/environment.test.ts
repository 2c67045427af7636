import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { connect } from '../../db/connection/connect.ts';
import { migrateUp } from '../../db/schema/migrate.ts';
import { createPlainOwner, type PlainOwner } from '../../db/testing/plain-owner.ts';
import { startEnvironment } from './environment.ts';
import { hardwareFacts } from './hardware.ts';

describe('the environment of a run', () => {
  let owner: PlainOwner;
  before(async () => {
    owner = await createPlainOwner();
    await migrateUp(owner.role.url);
  });
  after(() => owner.drop());

  const place = { server: { kind: 'external' }, major: 18 } as const;

  it('says how the server was compiled, without a folder, and what its machine is', async () => {
    const started = await startEnvironment(owner.superuser, place, 'bench');
    const { server, machine } = await started.finish(owner.superuser);
    assert.match(server.pgConfig['CFLAGS'] ?? '', /(^| )-O/);
    assert.deepEqual(
      Object.entries(server.pgConfig).filter(([, setting]) => setting.includes('/')),
      [],
    );
    for (const [name, value] of Object.entries(hardwareFacts())) {
      assert.deepEqual(machine[name as keyof typeof machine], value, name);
    }
  });

  it('says what share of the time of the processors was taken by others, of the run alone', {
    skip: !existsSync('/proc/stat') && 'no /proc/stat here',
  }, async () => {
    const started = await startEnvironment(owner.superuser, place, 'bench');
    for (let query = 0; query < 20; query++) await owner.superuser.query('select pg_sleep(0.01)');
    const { machine } = await started.finish(owner.superuser);
    const { busyShare, stealShare } = machine;
    assert.ok(busyShare !== undefined && busyShare > 0 && busyShare <= 1, String(busyShare));
    assert.ok(stealShare !== undefined && stealShare >= 0 && stealShare <= 1, String(stealShare));
  });

  it('leaves the build out where the role may not see it', async () => {
    const client = await connect(owner.role.url);
    try {
      const started = await startEnvironment(client, place, 'bench');
      const { server } = await started.finish(client);
      assert.deepEqual(server.pgConfig, {});
      assert.equal(
        server.capabilities?.find(({ name }) => name === 'see the build')?.allowed,
        false,
      );
    } finally {
      await client.end();
    }
  });
});
