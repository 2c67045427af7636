import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import type { TestDatabase } from '../testing/test-database.ts';
import { createTestRole, type TestRole } from '../testing/test-role.ts';
import { examplePath } from './examples.ts';
import { obstaclesQuery } from './files.ts';
import type { Mapping } from './mapping.ts';
import { readMapping } from './read-mapping.ts';
import { createStrangersDatabase, describeCatalog, runStep } from './testing.ts';

/*
 * One row each: what somebody's tables are like, and all that is told of them before anything is written.
 */

interface Obstacle {
  readonly what: string;
  readonly sql: string;
  readonly says: readonly string[];
  readonly change?: (mapping: Mapping) => object;
}

const newTables = `
  create schema s;
  create table s.messages (id bigint primary key, account_id integer, msisdn bigint);
  create table s.receipts (id bigint primary key, message_id bigint, code text);`;
const inS = ({ messages, reports }: Mapping): object => ({
  messages: { ...messages, schema: 's' },
  reports: { ...reports, schema: 's' },
});

const ofTables: readonly Obstacle[] = [
  {
    what: 'no table',
    sql: 'drop table s.receipts',
    says: ['there is no table s.receipts'],
  },
  {
    what: 'a view',
    sql: 'alter table s.messages rename to texts; create view s.messages as table s.texts',
    says: ['s.messages is a view: rows are checked where they are stored, in a table'],
  },
  {
    what: 'a materialized view',
    sql: 'alter table s.messages rename to texts; create materialized view s.messages as table s.texts',
    says: ['s.messages is a materialized view: rows are checked where they are stored, in a table'],
  },
  {
    what: 'a foreign table',
    sql: `drop table s.receipts; create foreign data wrapper nowhere; create server far foreign data wrapper nowhere;
      create foreign table s.receipts (id bigint, message_id bigint, code text) server far`,
    says: ['s.receipts is a foreign table: rows are checked where they are stored, in a table'],
  },
  {
    what: 'a partition',
    sql: `drop table s.receipts; create table s.all_receipts (id bigint primary key, message_id bigint, code text) partition by range (id);
      create table s.receipts partition of s.all_receipts default`,
    says: ['s.receipts is a partition: name its parent'],
  },
  {
    what: 'tables that inherit',
    sql: 'create table s.old_messages () inherits (s.messages)',
    says: ['s.messages has tables that inherit from it: triggers are not inherited'],
  },
  {
    what: 'no primary key',
    sql: 'alter table s.receipts drop constraint receipts_pkey',
    says: ['s.receipts has no primary key'],
  },
  {
    what: 'no primary key, and no index either',
    sql: 'alter table s.messages drop constraint messages_pkey',
    says: [
      'no index of s.messages begins with id: every report would read the whole table',
      's.messages has no primary key',
    ],
  },
  {
    what: 'no column',
    sql: 'alter table s.receipts rename code to error',
    says: ['s.receipts has no column code'],
  },
  {
    what: 'a type that cannot hold a phone number',
    sql: 'alter table s.messages alter msisdn type integer',
    says: ['column msisdn of s.messages is integer, and the mapping needs bigint'],
  },
  {
    what: 'a type that no code has',
    sql: 'alter table s.receipts alter code type integer using 0',
    says: [
      'column code of s.receipts is integer, and the mapping needs text or character varying or enum',
    ],
  },
  {
    what: 'a column that is generated',
    sql: 'alter table s.messages drop msisdn; alter table s.messages add msisdn bigint generated always as (id) stored',
    says: ['column msisdn of s.messages is generated: a trigger before the row sees it empty'],
  },
  {
    what: 'row-level security that binds the owner',
    sql: 'alter table s.receipts enable row level security; alter table s.receipts force row level security',
    says: ['s.receipts forces row-level security on its owner, from whom rows would be hidden'],
  },
  {
    what: 'names that are taken',
    sql: `create schema opt_out; create table opt_out.opt_outs (); create function opt_out.refuse_message() returns integer return 1;
      create function opt_out.t() returns trigger language plpgsql as 'begin return null; end';
      create trigger receipts_record_opt_out_insert after insert on s.receipts for each row execute function opt_out.t()`,
    says: [
      'there is a function opt_out.refuse_message already, which is not of this mapping',
      'there is a trigger receipts_record_opt_out_insert on s.receipts already, which is not of this mapping',
      'there is opt_out.opt_outs already, which is not of this mapping',
    ],
  },
  {
    what: 'another mapping that was adopted',
    sql: `create schema opt_out_adoption; comment on schema opt_out_adoption is 'a.b and a.c, into d'`,
    says: ['this database has adopted the schema already: a.b and a.c, into d'],
  },
  {
    what: 'no such role',
    sql: '',
    change: () => ({ sendingRole: 'nobody_at_all' }),
    says: ['there is no role nobody_at_all'],
  },
  {
    what: 'partitions that are none',
    sql: '',
    change: ({ reports }) => ({ reports: { ...reports, schema: 's', partitions: ['s.some'] } }),
    says: ['the mapping names partitions of s.receipts, which is not partitioned'],
  },
  {
    what: 'a trigger that fires later',
    sql: `create function s.normalise() returns trigger language plpgsql as 'begin return new; end';
      create trigger tidy before insert on s.messages for each row execute function s.normalise();
      create trigger earlier before insert on s.messages for each row execute function s.normalise()`,
    says: [
      'note: trigger tidy of s.messages fires after the check: a number that it changes is not checked',
    ],
  },
  {
    what: 'a publication',
    sql: 'create publication everything for table s.messages',
    says: [
      'note: blocked_contacts is not in publication everything: a subscriber would not have it',
      'note: opt_ins is not in publication everything: a subscriber would not have it',
      'note: opt_outs is not in publication everything: a subscriber would not have it',
    ],
  },
  { what: 'nothing in the way', sql: '', says: [] },
];

describe('what is told of tables before anything is written', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let role: TestRole;
  let owner: string;
  const { sendingRole: _, ...textCodes } = readMapping(examplePath('text-codes'));

  before(async () => {
    database = await createStrangersDatabase('text-codes');
    client = await database.connect();
    role = await createTestRole(database, client);
    const { rows } = await client.query<{ owner: string }>('select current_user as owner');
    owner = rows[0]?.owner ?? assert.fail('nobody');
  });
  after(async () => {
    await role.drop();
    await client.end();
    await database.drop();
  });

  /** All lines for a mapping, with the database changed for that long. */
  async function linesAfter(sql: string, mapping: Mapping): Promise<readonly string[]> {
    await client.query('begin');
    try {
      await client.query(sql);
      await client.query('set local search_path = pg_catalog, pg_temp');
      const { rows } = await client.query<{ line: string; stops: boolean }>(
        obstaclesQuery(mapping),
      );
      for (const { line, stops } of rows) assert.equal(stops, !line.startsWith('note: '), line);
      return rows.map(({ line }) => line);
    } finally {
      await client.query('rollback');
    }
  }

  for (const { what, sql, says, change } of ofTables) {
    it(what, async () => {
      const mapping = { ...textCodes, ...inS(textCodes), ...change?.({ ...textCodes }) };
      assert.deepEqual(await linesAfter(`${newTables}${sql}`, mapping), says);
    });
  }

  it('somebody else’s tables', async () => {
    const lines = await linesAfter(
      `${newTables} grant create on database ${client.escapeIdentifier(database.name)} to ${role.name};
       grant usage on schema s to ${role.name}; set local role ${role.name}`,
      { ...textCodes, ...inS(textCodes) },
    );
    assert.deepEqual(lines, [
      `only the owner of s.messages may do this: ${owner}, not ${role.name}`,
      `only the owner of s.receipts may do this: ${owner}, not ${role.name}`,
    ]);
  });

  it('a role that sends and that nothing binds', async () => {
    const mapping = { ...textCodes, ...inS(textCodes), sendingRole: owner };
    assert.deepEqual(await linesAfter(newTables, mapping), [
      `role ${owner} is a superuser or has the rights of the owner of s.messages: nothing binds it`,
      `role ${owner} is a superuser or has the rights of the owner of s.receipts: nothing binds it`,
    ]);
  });

  it('stops the first file, which then has changed nothing', async () => {
    const catalog = await describeCatalog(client);
    const mapping = {
      ...textCodes,
      messages: { ...textCodes.messages, number: { column: 'msisdn', type: 'text' as const } },
    };
    await assert.rejects(runStep(database, mapping, '01'), {
      message: 'column msisdn of app.messages is bigint, and the mapping needs text',
    });
    assert.deepEqual(await describeCatalog(client), catalog);
  });
});

describe('what is told of partitioned tables', () => {
  let database: TestDatabase;
  let client: pg.Client;
  const mapping = readMapping(examplePath('partitioned'));
  const lines = async (change: object): Promise<readonly string[]> =>
    (
      await client.query<{ line: string }>(
        obstaclesQuery({ ...mapping, reports: { ...mapping.reports, ...change } }),
      )
    ).rows.map(({ line }) => line);

  before(async () => {
    database = await createStrangersDatabase('partitioned');
    client = await database.connect();
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  it('partitions that the mapping does not name, and names that are none', async () => {
    const partitions = ['sms.reports_2026_09', 'sms.reports_2026_10', 'sms.reports_2026_12'];
    assert.deepEqual(await lines({ partitions }), [
      'sms.reports has no partition sms.reports_2026_12',
      'the mapping does not name the partition sms.reports_2026_11 of sms.reports',
    ]);
    assert.deepEqual(await lines({ partitions: undefined }), [
      'sms.reports is partitioned, and the mapping does not name its partitions',
      ...['09', '10', '11'].map(
        (month) =>
          `the mapping does not name the partition sms.reports_2026_${month} of sms.reports`,
      ),
    ]);
    assert.deepEqual(await lines({}), []);
  });
});
