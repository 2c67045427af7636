import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { UserError } from '../cli/errors.ts';
import { expectRefused } from '../conformance/expect.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { examplePath } from './examples.ts';
import { adoptionFiles } from './files.ts';
import type { Mapping } from './mapping.ts';
import { readMapping } from './read-mapping.ts';
import { schemaFunctions, schemaVersion } from './source.ts';
import { createStrangersDatabase, describeCatalog, runFile } from './testing.ts';
import { translate } from './translate.ts';
import { readAdoption, upgradeFile } from './upgrade.ts';

/** Before the migration that made derive_blocked_contacts() another function; there is no adopting before it. */
const older = '20250101000005';

describe('a schema that was adopted in an older version', () => {
  const { sendingRole: _, ...mapping } = readMapping(examplePath('text-codes'));
  let database: TestDatabase;
  let client: pg.Client;
  let fresh: readonly string[];

  /** Without the number of columns that the adoption's own table ever had: to take it back drops one. */
  const catalog = async (): Promise<readonly string[]> =>
    (await describeCatalog(client)).filter((line) => !line.startsWith('columns of adoption: '));

  before(async () => {
    database = await createStrangersDatabase('text-codes');
    client = await database.connect();
    for (const file of adoptionFiles(mapping).slice(0, 4)) await runFile(database, file);
    fresh = await catalog();
    await takeBack(client, mapping);
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  it('becomes what is adopted today, keeps its threshold and its rows, and may be upgraded again', async () => {
    assert.notDeepEqual(await catalog(), fresh);
    await client.query('select * from opt_out.set_opt_out_block_threshold(2)');
    for (const sender of [1, 2]) {
      await client.query(`select traffic.report(traffic.send('12025550100', $1), true)`, [sender]);
    }
    const adoption = await readAdoption(client, mapping);
    assert.deepEqual(adoption, { version: older, design: 'blocked_contacts' });
    const upgrade = upgradeFile(mapping, adoption) ?? assert.fail('nothing to upgrade');
    assert.equal(upgrade.name, `upgrade_from_${older}.sql`);

    for (let time = 0; time < 2; time++) {
      await runFile(database, upgrade);
      await expectRefused('a message', client.query(`select traffic.send('12025550100', 3)`));
      await client.query('select * from opt_out.set_opt_out_block_threshold(3)');
      assert.deepEqual(await catalog(), fresh);
      await client.query('select * from opt_out.set_opt_out_block_threshold(2)');
    }
    const now = await readAdoption(client, mapping);
    assert.deepEqual(now, { version: schemaVersion(), design: 'blocked_contacts' });
    assert.equal(upgradeFile(mapping, now), undefined);
  });

  it('is not upgraded by a file for another version, nor from one that is not known', async () => {
    const upgrade = upgradeFile(mapping, { version: older, design: 'blocked_contacts' });
    await client.query(`update opt_out_adoption.adoption set version = '20991231000000'`);
    await assert.rejects(
      runFile(database, upgrade ?? assert.fail()),
      /this file is for version 20250101000005, and the schema has another/,
    );
    await assert.rejects(
      readAdoption(client, mapping),
      (error) => error instanceof UserError && /has version 20991231000000/.test(error.message),
    );
  });
});

/** Makes of what is adopted today what the older version had: no opt-ins, and its functions. */
async function takeBack(client: pg.Client, mapping: Mapping): Promise<void> {
  const then = schemaFunctions(older);
  const drop = (name: string): Promise<unknown> => client.query(`drop function opt_out.${name}`);
  await client.query('drop table opt_out.opt_ins');
  for (const { name } of schemaFunctions()) {
    if (!then.some((function_) => function_.name === name)) await drop(name);
  }
  await drop('derive_blocked_contacts'); // it had another result
  for (const { statements } of then) {
    for (const statement of statements) await client.query(translate(statement, mapping));
  }
  await client.query(`
    comment on column opt_out.opt_outs.ordinal is 'as it was';
    alter table opt_out_adoption.adoption
      drop column began_at, drop column design, drop column last_phone,
      add column next_page bigint not null default 0;
    create unlogged table opt_out_adoption.opted_out (phone text, profile_id integer);
    drop table opt_out_adoption.reported;
    create unlogged table opt_out_adoption.reported (phone text, profile_id integer);
    create procedure opt_out_adoption.backfill(batch_ms integer default 50)
      language sql as 'select';
    update opt_out_adoption.adoption set version = '${older}'`);
}
