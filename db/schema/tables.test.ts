import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type pg from 'pg';
import { applyDesign } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';

/* What the tables refuse by themselves, whoever writes: nulls, duplicates, what is not there. */

let database: TestDatabase;
let owner: pg.Client;
before(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
});
after(async () => {
  await owner.end();
  await database.drop();
});

const id = '00000000-0000-7000-8000-000000000001';
const nowhere = '00000000-0000-7000-8000-000000000009';
const phone = '+12025550001';

/** A row of every table, each of another number than those that are derived. */
const rows = `
  insert into profiles (id, name) values ('${id}', 'tables');
  insert into outbound_messages (id, profile_id, to_number, body) values ('${id}', '${id}', '${phone}', 'tables');
  insert into delivery_reports (id, message_id, event_type) values ('${id}', '${id}', 'failed');
  insert into opt_outs (phone, profile_id, ordinal) values ('${phone}', '${id}', 1);
  insert into blocked_contacts (phone) values ('${phone}');
  insert into opt_ins (id, phone) values (1, '+12025550002');
`;

const refused = {
  'a null, which is none': {
    code: '23502',
    statements: [
      'update profiles set name = null',
      'update outbound_messages set to_number = null',
      'update outbound_messages set body = null',
      'update delivery_reports set message_id = null',
      'update delivery_reports set event_type = null',
      'update opt_outs set phone = null',
      'update opt_outs set profile_id = null',
      'update opt_outs set ordinal = null',
      'update blocked_contacts set phone = null',
      'update opt_ins set phone = null',
      'update opt_ins set opted_in_at = null',
      'update opt_ins set opt_outs_taken = null',
    ],
  },
  'a second row of the same key': {
    code: '23505',
    statements: [
      `insert into profiles (id, name) values ('${id}', 'again')`,
      `insert into outbound_messages (id, to_number, body) values ('${id}', '+12025550003', 'again')`,
      `insert into delivery_reports (id, message_id, event_type) values ('${id}', '${id}', 'failed')`,
      `insert into opt_outs (phone, profile_id, ordinal) values ('${phone}', '${id}', 2)`,
      `insert into opt_outs (phone, profile_id, ordinal) values ('${phone}', '${nowhere}', 1)`,
      `insert into blocked_contacts (phone) values ('${phone}')`,
      `insert into opt_ins (id, phone) values (1, '+12025550003')`,
    ],
  },
  'a message or a profile that is not there, and the loss of one that is named': {
    code: '23503',
    statements: [
      `insert into outbound_messages (profile_id, to_number, body) values ('${nowhere}', '+12025550003', 'none')`,
      `insert into delivery_reports (message_id, event_type) values ('${nowhere}', 'failed')`,
      'delete from profiles',
      'delete from outbound_messages',
    ],
  },
};

for (const [what, { code, statements }] of Object.entries(refused)) {
  it(`the tables refuse ${what}`, async () => {
    await owner.query('begin');
    try {
      await owner.query(rows);
      for (const statement of statements) {
        await owner.query('savepoint refused');
        await assert.rejects(owner.query(statement), { code }, statement);
        await owner.query('rollback to savepoint refused');
      }
    } finally {
      await owner.query('rollback');
    }
  });
}

it('a row gets its id where the application gives none', async () => {
  const { rows: made } = await owner.query<{ id: string }>(
    `with message as (
       insert into outbound_messages (to_number, body) values ('+12025550004', 'ids') returning id
     ), profile as (
       insert into profiles (name) values ('ids') returning id
     )
     select id::text from message union all select id::text from profile`,
  );
  const report = await owner.query<{ id: string }>(
    `insert into delivery_reports (message_id, event_type)
     select id, 'delivered' from outbound_messages where body = 'ids' returning id::text`,
  );
  const ids = [...made, ...report.rows].map((row) => row.id);
  assert.equal(new Set(ids).size, 3);
  for (const one of ids) assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
});

/* The messages' own columns and keys, wherever a design puts them. */
for (const design of testedDesigns()) {
  it(`a message has a number, a text and a profile that is there, design ${design.name}`, async () => {
    const laid = await createTestDatabase();
    const [admin, app] = [await laid.connect(), await laid.connect()];
    try {
      await applyDesign(laid.url, admin, design);
      if (design.sessionSql !== undefined) await app.query(design.sessionSql);
      const send = (...values: readonly (string | null)[]): Promise<unknown> =>
        app.query(
          'insert into outbound_messages (to_number, body, profile_id) values ($1, $2, $3)',
          [...values],
        );
      await send(phone, 'tables', null);
      for (const [code, values] of [
        ['23502', [null, 'tables', null]],
        ['23502', [phone, null, null]],
        ['23503', [phone, 'tables', nowhere]],
      ] as const) {
        await assert.rejects(send(...values), { code }, JSON.stringify(values));
      }
    } finally {
      await app.end();
      await admin.end();
      await laid.drop();
    }
  });
}
