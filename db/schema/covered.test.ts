import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { makeProfiles, report, reportAgain, send } from './testing.ts';

/* Which reports an opt-in covers, as far as their ids tell. */

let database: TestDatabase;
let owner: pg.Client;
let profiles: readonly string[];
let numbers = 0;

before(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
  profiles = await makeProfiles(owner, 5);
});
afterEach(async () => {
  await owner.query('rollback');
});
after(async () => {
  await owner.end();
  await database.drop();
});

const newPhone = (): string => `+1202555${String(numbers++).padStart(4, '0')}`;

describe('the time in an id', () => {
  it('is read from version 7 to the microsecond, and from no other', async () => {
    const { rows } = await owner.query(
      `select
         time_in_id('019F0000-0000-7800-8000-000000000000')
           = timestamptz 'epoch' + interval '1 ms' * x'019F00000000'::bigint + interval '500 us' as exact,
         time_in_id('019F0000-0000-7FFF-8000-000000000000')
           = timestamptz 'epoch' + interval '1 ms' * x'019F00000000'::bigint + interval '999 us' as last,
         time_in_id(uuidv7()::text) between now() and clock_timestamp() as of_now,
         time_in_id(gen_random_uuid()::text) as random,
         time_in_id('42') as number`,
    );
    assert.deepEqual(rows, [{ exact: true, last: true, of_now: true, random: null, number: null }]);
  });
});

describe('a report', () => {
  it('is covered by an opt-in of its contact, to its profile or to all, at its moment or later', async () => {
    const [phone, other] = [newPhone(), newPhone()];
    const id = '019F0000-0000-7800-8000-000000000000';
    const isCovered = async (by: {
      readonly phone?: string;
      readonly profile?: string | null | undefined;
      readonly laterUs: number;
      readonly id?: string;
    }): Promise<boolean | null | undefined> => {
      await owner.query('begin');
      await owner.query('insert into opt_ins (phone, profile_id) values ($1, $2)', [
        by.phone ?? phone,
        by.profile === undefined ? profiles[0] : by.profile,
      ]);
      await owner.query(`update opt_ins set opted_in_at = time_in_id($1) + interval '1 us' * $2`, [
        id,
        by.laterUs,
      ]);
      const { rows } = await owner.query<{ covered: boolean | null }>(
        'select is_covered($1, $2, $3) as covered',
        [phone, profiles[0], by.id ?? id],
      );
      await owner.query('rollback');
      return rows[0]?.covered;
    };
    assert.equal(await isCovered({ laterUs: 1 }), true);
    assert.equal(await isCovered({ laterUs: 0 }), true);
    assert.equal(await isCovered({ laterUs: -1 }), false);
    assert.equal(await isCovered({ profile: null, laterUs: 1 }), true);
    assert.equal(await isCovered({ profile: null, laterUs: -1 }), false);
    assert.equal(await isCovered({ profile: profiles[1], laterUs: 1 }), false);
    assert.equal(await isCovered({ phone: other, laterUs: 1 }), false);
    assert.equal(await isCovered({ phone: other, profile: null, laterUs: 1 }), false);
    assert.equal(await isCovered({ laterUs: 1, id: 'any' }), null);
    assert.equal(await isCovered({ profile: profiles[1], laterUs: 1, id: 'any' }), false);
  });

  it('that was loaded without triggers counts once it is updated, unless an opt-in covers it', async () => {
    for (const isCovered of [false, true]) {
      const phone = newPhone();
      await owner.query('set session_replication_role = replica');
      const message = await send(owner, phone, profiles[0]);
      await report(owner, message);
      await owner.query('reset session_replication_role');
      if (isCovered) await owner.query('select opt_in($1, $2)', [phone, profiles[0]]);
      await reportAgain(owner, message);
      const { rows } = await owner.query('select profile_id from opt_outs where phone = $1', [
        phone,
      ]);
      assert.deepEqual(rows, isCovered ? [] : [{ profile_id: profiles[0] }]);
    }
  });

  it('that was loaded without triggers is passed over where the last opt-in is later, to its profile or to all', async () => {
    const load = async (phone: string, profile: string | undefined): Promise<void> => {
      await owner.query('set session_replication_role = replica');
      await report(owner, await send(owner, phone, profile));
      await owner.query('reset session_replication_role');
    };
    const optIn = (phone: string, place: number | null): Promise<unknown> =>
      place === null
        ? owner.query('select opt_in_everywhere($1)', [phone])
        : owner.query('select opt_in($1, $2)', [phone, profiles[place]]);
    const cases = [
      { before: [0], after: [0], missing: false },
      { before: [null], after: [null], missing: false },
      { before: [0], after: [null], missing: false },
      { before: [null], after: [0], missing: false },
      { before: [0, null, 0], after: [], missing: true },
      { before: [0], after: [1], missing: true },
      { before: [], after: [1], missing: true },
    ] as const;
    const missing: string[] = [];
    for (const { before, after, missing: isMissing } of cases) {
      const phone = newPhone();
      for (const place of before) await optIn(phone, place);
      await load(phone, profiles[0]);
      for (const place of after) await optIn(phone, place);
      if (isMissing) missing.push(phone);
    }
    // an opt-in at the moment that a report's id tells
    const phone = newPhone();
    await load(phone, profiles[0]);
    await optIn(phone, 0);
    await owner.query(
      `update opt_ins set opted_in_at = (
         select time_in_id(r.id::text)
         from delivery_reports as r
         join outbound_messages as m on m.id = r.message_id
         where m.to_number = $1
       )
       where phone = $1`,
      [phone],
    );
    const { rows } = await owner.query('select * from rederive_opt_outs() order by phone');
    assert.deepEqual(
      rows,
      missing.map((phone) => ({
        difference: 'opt-out was missing',
        phone,
        profile_id: profiles[0],
      })),
    );
  });
});
