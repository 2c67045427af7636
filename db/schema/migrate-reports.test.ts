import { strict as assert } from 'node:assert';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { refusal } from '../contract.ts';
import { applyDesign, designNamed, listDesigns, migrateUpWithDesign } from '../designs.ts';
import { readSql } from '../sql.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { dbmate, type MigrationSet } from './dbmate.ts';
import { labSchema, migrateDownTo } from './migrate.ts';

/*
 * A database of the version before migration 4, with a design of that time, gaps and moved messages, is
 * migrated up and down with its data. Designs whose SQL has changed since are kept as they were then.
 */

const migrations = new URL('../migrations/', import.meta.url);
const oldDesigns = new URL('./fixtures/designs-of-version-3/', import.meta.url);
const catalogSql = readSql(new URL('../catalog.test.sql', import.meta.url));

/** The version of the schema, and the last design that it had. */
const versionThen = '20250101000003';
const lastThen = '20';

for (const design of listDesigns().filter(({ version }) => version <= lastThen)) {
  describe(`a database of version 3 with design ${design.name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'optout-lab-version-3-'));
    const set = (name: string, history: string): MigrationSet => ({
      folder: pathToFileURL(`${join(folder, name)}/`),
      historyTable: `${labSchema}.${history}`,
    });
    const schema = set('schema', 'schema_migrations');
    let database: TestDatabase;
    let client: pg.Client;
    let catalogBefore: readonly unknown[];
    const [gaps, was, is] = ['+12025550001', '+12025550002', '+12025550003'];
    const [wasLater, isLater] = ['+12025550005', '+12025550006'];

    before(async () => {
      for (const file of readdirSync(migrations).filter((name) => /0000[123]_/.test(name))) {
        cpSync(new URL(file, migrations), join(folder, 'schema', file));
      }
      const then = readdirSync(oldDesigns).find((file) => file.endsWith(`_${design.name}.sql`));
      const file = `${design.version}_${design.name}.sql`;
      const source = new URL(then ?? file, then === undefined ? design.folder : oldDesigns);
      cpSync(fileURLToPath(source), join(folder, 'design', file));
      database = await createTestDatabase({ migrated: false });
      client = await database.connect();
      await dbmate(database.url, schema, 'migrate');
      catalogBefore = await catalogOf(client);
    });
    after(async () => {
      await client.end();
      await database.drop();
      rmSync(folder, { recursive: true });
    });

    it('goes up with its data, lacks only what moved messages should have counted, and goes down again', async () => {
      const profiles = await makeProfiles(client);
      await optOut(client, gaps, profiles);
      await client.query(
        'delete from delivery_reports where message_id = (select id from outbound_messages where profile_id = $1)',
        [profiles[1]],
      );
      await client.query('delete from opt_outs where profile_id = $1', [profiles[1]]);
      await dbmate(database.url, set('design', 'design_migrations'), 'migrate');
      await optOut(client, was, profiles.slice(0, 3));
      assert.deepEqual(await refusedOf(client, [gaps, was, is]), [true, true, false]);
      await client.query('update outbound_messages set to_number = $1 where to_number = $2', [
        is,
        was,
      ]);

      await migrateUpWithDesign(database.url);
      assert.deepEqual(await refusedOf(client, [gaps, was]), [true, true]);
      await optOut(client, wasLater, profiles.slice(0, 3)); // by the design as it is now
      await client.query('update outbound_messages set to_number = $1 where to_number = $2', [
        isLater,
        wasLater,
      ]);
      assert.deepEqual(await refusedOf(client, [wasLater, isLater]), [true, true]);
      await applyDesign(database.url, client, designNamed('blocked_contacts'));
      const counted = design.name.startsWith('reports_join'); // which count messages where they are
      const { rows } = await client.query('select * from rederive_opt_outs() order by 1, 2, 3');
      const lost = counted
        ? []
        : [
            { difference: 'block was missing', phone: is, profile_id: null },
            ...profiles
              .slice(0, 3)
              .sort()
              .map((profile_id) => ({ difference: 'opt-out was missing', phone: is, profile_id })),
          ];
      const unreported = [was, wasLater].flatMap((phone) =>
        profiles
          .slice(0, 3)
          .sort()
          .map((profile_id) => ({ difference: 'opt-out has no report', phone, profile_id })),
      );
      assert.deepEqual(new Set(rows.map(asText)), new Set([...lost, ...unreported].map(asText)));
      assert.deepEqual(await refusedOf(client, [gaps, was, is]), [true, true, true]);

      await migrateDownTo(database.url, client, versionThen);
      assert.deepEqual(await catalogOf(client), catalogBefore);
      assert.deepEqual(await refusedOf(client, [gaps, was, is]), [true, true, true]);
      await optOut(client, '+12025550004', profiles);
      assert.deepEqual(await refusedOf(client, ['+12025550004']), [true]);
    });
  });
}

const asText = (row: object): string => JSON.stringify(row);

async function makeProfiles(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>(
    `insert into profiles (name) select 'version 3' from generate_series(1, 4) returning id`,
  );
  return rows.map(({ id }) => id);
}

async function optOut(
  client: pg.Client,
  phone: string,
  profiles: readonly string[],
): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `insert into outbound_messages (profile_id, to_number, body)
     select profile, $2, 'version 3' from unnest($1::uuid[]) as profile returning id`,
    [profiles, phone],
  );
  for (const { id } of rows) {
    await client.query(
      `insert into delivery_reports (message_id, event_type, error_code) values ($1, 'failed', 21610)`,
      [id],
    );
  }
}

/** Asked by messages that are not kept. */
async function refusedOf(
  client: pg.Client,
  phones: readonly string[],
): Promise<readonly boolean[]> {
  const refused: boolean[] = [];
  for (const phone of phones) {
    await client.query('begin');
    // The owner's session passes by policies: asked as the application where there is a role for it.
    const { rows } = await client.query<{ secured: boolean }>(
      `select relrowsecurity as secured from pg_class where oid = 'outbound_messages'::regclass`,
    );
    if (rows[0]?.secured === true) await client.query('set local role optout_lab_app');
    const sent = client.query(
      `insert into outbound_messages (to_number, body) values ($1, 'probe')`,
      [phone],
    );
    refused.push(
      await sent.then(
        () => false,
        (error: unknown) => {
          assert.equal(codeOf(error), refusal.sqlState, String(error));
          return true;
        },
      ),
    );
    await client.query('rollback');
  }
  return refused;
}

async function catalogOf(client: pg.Client): Promise<readonly unknown[]> {
  const { rows } = await client.query<{ object: string }>(catalogSql);
  return rows.map(({ object }) => object);
}
