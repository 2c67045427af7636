import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { connect } from '../connection/connect.ts';
import { migrateUp } from '../schema/migrate.ts';
import { createPlainOwner, type PlainOwner } from '../testing/plain-owner.ts';
import { type CapabilityUse, capabilityLines, readCapabilities } from './capabilities.ts';
import { requireSupportedVersion } from './guard.ts';

describe('what a server lets a role do', () => {
  let owner: PlainOwner;
  before(async () => {
    owner = await createPlainOwner();
    await migrateUp(owner.role.url);
  });
  after(() => owner.drop());

  const extensions = ['plpgsql'];
  const read = async (url: string, use: CapabilityUse) => {
    const client = await connect(url);
    try {
      const major = await requireSupportedVersion(client);
      const found = await readCapabilities(client, major, use);
      const left = await client.query(
        `select current_setting('session_replication_role') as mode, current_setting('track_functions') as functions,
           array(select extname::text from pg_extension) as extensions,
           array(select relname::text from pg_class where relname like 'optout_lab_ref%') as tables`,
      );
      assert.deepEqual(left.rows, [{ mode: 'origin', functions: 'none', extensions, tables: [] }]);
      return found;
    } finally {
      await client.end();
    }
  };
  const missing = async (url: string, use: CapabilityUse): Promise<readonly string[]> =>
    (await read(url, use)).list.filter(({ allowed }) => !allowed).map(({ name }) => name);
  const since17 = async (): Promise<readonly string[]> =>
    (await requireSupportedVersion(owner.superuser)) >= 17 ? ['pg_buffercache'] : [];

  it('is everything for a superuser; settings are as they are', async () => {
    const rights = [];
    for (const use of ['bench', 'load', 'test'] as const) {
      rights.push(...(await missing(owner.database.url, use)));
    }
    const { rows } = await owner.superuser.query<{ enough: boolean }>(
      `select pg_size_bytes(current_setting('max_wal_size')) >= pg_size_bytes('4 GB') as enough`,
    );
    assert.deepEqual(rights, rows[0]?.enough ? [] : ['max_wal_size of 4 GB']);
  });

  it('is little for one that owns its database and nothing else, and each thing is told', async () => {
    const settings = (names: readonly string[]): readonly string[] =>
      names.filter((name) => !/_size|_level/.test(name));
    assert.deepEqual(settings(await missing(owner.role.url, 'bench')), [
      'auto_explain',
      'trigger modes',
      'pg_prewarm',
      'pageinspect',
      'pgstattuple',
      ...(await since17()),
      'track_functions',
      'checkpoint',
      'create a role',
      'see the build',
    ]);
    assert.deepEqual(await missing(owner.role.url, 'load'), [
      'pg_stat_statements',
      'see all sessions',
      'see the build',
    ]);
    assert.deepEqual(await missing(owner.role.url, 'test'), ['create databases']);
    const [who = '', ...lines] = capabilityLines(await read(owner.role.url, 'load'));
    assert.match(
      who,
      /^PostgreSQL \d+(?:\.|beta|rc)\d+.*, role "optout_lab_test_\w+"; this run does without:$/,
    );
    assert.match(
      lines.join('\n'),
      /^ {2}pg_stat_statements: no table .* \(permission denied .*\)$/m,
    );
    assert.equal(lines.length, 3);
  });

  it('is more where a superuser grants what docs/servers.md names', async () => {
    const { name } = owner.role;
    await owner.superuser.query(`grant pg_checkpoint, pg_monitor to ${name}`);
    await owner.superuser.query(`grant select on pg_config to ${name}`);
    await owner.superuser.query(`grant execute on function pg_config() to ${name}`);
    await owner.superuser.query(`alter role ${name} createrole`);
    await owner.superuser.query(`alter role ${name} set session_preload_libraries = auto_explain`);
    const parameters = ['log_min_duration', 'log_level', 'log_nested_statements', 'log_format']
      .concat(['log_analyze', 'log_timing', 'log_buffers', 'log_verbose'])
      .map((parameter) => `auto_explain.${parameter}`);
    for (const parameter of [...parameters, 'track_functions', 'session_replication_role']) {
      await owner.superuser.query(`grant set on parameter ${parameter} to ${name}`);
    }
    // the role optout_lab_app is the whole server's: other tests make it, and it is not this role's to grant then
    const still = (await missing(owner.role.url, 'bench')).filter(
      (one) => !/_size|create a role/.test(one),
    );
    assert.deepEqual(still, [
      'trigger modes',
      'pg_prewarm',
      'pageinspect',
      'pgstattuple',
      ...(await since17()),
    ]);
    await owner.superuser.query('create extension pgstattuple schema optout_lab');
    extensions.push('pgstattuple');
    assert.ok(!(await missing(owner.role.url, 'bench')).includes('pgstattuple'));
    assert.deepEqual(await missing(owner.role.url, 'load'), ['pg_stat_statements']);
  });
});
