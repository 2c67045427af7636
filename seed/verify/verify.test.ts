import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { applyDesign, defaultDesignName, designNamed } from '../../db/designs.ts';
import { skipDesign } from '../../db/testing/skip-design.ts';
import { testedDesigns } from '../../db/testing/tested-designs.ts';
import { createTestLab, seedQuietly, type TestLab } from '../testing/lab.ts';
import { verifyDatabase } from './verify.ts';

/** Swaps the texts of the first two messages; done twice, nothing has changed. */
const exchangeBodies = `
  update outbound_messages as m
  set body = other.body
  from (
    select id, coalesce(lead(body) over w, lag(body) over w) as body
    from (select id, body from outbound_messages order by id limit 2) as two
    window w as (order by id)
  ) as other
  where m.id = other.id`;

describe('verifying', () => {
  let lab: TestLab;
  let client: pg.Client;
  before(async () => {
    lab = await createTestLab();
    client = await lab.connect();
    await seedQuietly(lab, { messages: 5_000 });
  });
  after(async () => {
    await client.end();
    await lab.close();
  });

  const verify = (printed: string[] = []): Promise<void> =>
    verifyDatabase(
      lab,
      { messages: undefined, seed: undefined, ordinaryReportShare: undefined },
      (line) => printed.push(line),
    );

  it('passes after a seed', () => verify());

  it('is refused for another data set than the one that was written, and says which that is', async () => {
    const written = { messages: 5_000, seed: 1, ordinaryReportShare: 0.05 };
    for (const [other, says] of [
      [{ seed: 2 }, /^the database holds scale 5000, seed 1, .*, not scale 5000, seed 2, /],
      [{ messages: 20_000 }, /^the database holds scale 5000, .*, not scale 20000, /],
      [
        { ordinaryReportShare: 0.5 },
        /holds .* ordinary reports 0.05, not .* ordinary reports 0.5$/,
      ],
    ] as const) {
      const printed: string[] = [];
      await assert.rejects(
        verifyDatabase(lab, { ...written, ...other }, (line) => printed.push(line)),
        (error) => error instanceof UserError && says.test(error.message),
      );
      assert.deepEqual(printed, []);
    }
    await verifyDatabase(lab, written, () => {});
  });

  for (const design of testedDesigns()) {
    it(`passes under ${design.name}, and where a bench that was killed left its check off`, async (t) => {
      const skip = await skipDesign(design);
      if (skip !== false) return t.skip(skip);
      try {
        await applyDesign(lab.url, client, design);
        await verify();
        await client.query(design.checkOffSql);
        await verify();
        await client.query(design.checkOnSql);
      } finally {
        await applyDesign(lab.url, client, designNamed(defaultDesignName));
      }
    });
  }

  it('finds what a seed left undone in the table behind a view', async () => {
    await applyDesign(lab.url, client, designNamed('check_option_view'));
    await client.query('alter table outbound_messages_stored disable trigger user');
    await assert.rejects(verify(), /trigger \w+ of outbound_messages_stored is not enabled/);
    await client.query('alter table outbound_messages_stored enable trigger user');
    await applyDesign(lab.url, client, designNamed(defaultDesignName));
  });

  it('passes after contacts opted in, by the reports that no opt-in covers, and finds what is wrong all the same', async () => {
    await client.query(
      `create table kept as select * from opt_outs
       where phone in (select min(phone) from blocked_contacts union select max(phone) from blocked_contacts)`,
    );
    const optIns = await client.query('select min(phone) as one, max(phone) as other from kept');
    const { one, other } = optIns.rows[0];
    await client.query(
      'select opt_in(phone, profile_id) from kept where phone = $1 and ordinal = 1',
      [one],
    );
    await client.query('select opt_in_everywhere($1)', [other]);
    const printed: string[] = [];
    await verify(printed);
    for (const table of ['opt_outs', 'blocked_contacts']) {
      const told = '2 contacts opted in since: compared with the reports alone';
      assert.ok(printed.includes(`  ${table.padEnd(18)} ${told}`), printed.join('\n'));
    }
    const { rows: record } = await client.query<{ phone: string }>(
      'select phone from blocked_contacts order by phone limit 1',
    );
    await client.query('delete from blocked_contacts where phone = $1', [record[0]?.phone]);
    await assert.rejects(verify(), /counted again from the reports: 1 wrong blocked contacts$/);
    await client.query('insert into blocked_contacts values ($1)', [record[0]?.phone]);
    await client.query('delete from opt_ins');
    await assert.rejects(
      verify(),
      /opt_outs .*counted again from the reports: \d reports without opt out/,
    );
    await client.query('delete from opt_outs where phone in ($1, $2)', [one, other]);
    await client.query('insert into opt_outs select * from kept');
    await client.query('insert into blocked_contacts values ($1), ($2)', [one, other]);
    await client.query('drop table kept');
    await verify();
  });

  it('is still the seed’s database where everybody opted in, and not where opt-outs are gone', async () => {
    await client.query('create table kept as select * from opt_outs');
    const seedAgain = (): Promise<unknown> => seedQuietly(lab, { messages: 5_000 });
    await client.query(
      'select opt_in_everywhere(phone) from (select distinct phone from kept) as k',
    );
    await seedAgain();
    await verify();
    await client.query('delete from opt_ins');
    await assert.rejects(
      seedAgain(),
      /^UserError: opt_outs, blocked_contacts changed since the seed/,
    );
    await client.query('insert into opt_outs select * from kept');
    await client.query(
      'insert into blocked_contacts select phone from kept group by phone having count(*) >= 3',
    );
    await client.query('drop table kept');
    await verify();
  });

  const corruptions: Readonly<
    Record<string, readonly [breaks: string, mends: string, told?: RegExp]>
  > = {
    'one letter of one body': [
      `update outbound_messages set body = body || '.' where id = (select min(id::text)::uuid from outbound_messages)`,
      `update outbound_messages set body = left(body, -1) where id = (select min(id::text)::uuid from outbound_messages)`,
    ],
    'the bodies of two messages, exchanged': [exchangeBodies, exchangeBodies],
    'a report that became a 30007': [
      `update delivery_reports set error_code = 30007 where id = (select min(id::text)::uuid from delivery_reports where error_code = 21610)`,
      `update delivery_reports set error_code = 21610 where id = (select min(id::text)::uuid from delivery_reports where event_type = 'failed')`,
    ],
    'an opt-out that nobody reported': [
      `insert into opt_outs select '+12025550100', min(id::text)::uuid, 1 from profiles`,
      `delete from opt_outs where phone = '+12025550100'`,
      /1 opt outs without report/,
    ],
    'an opt-out too few': [
      'create table lost as with gone as (delete from opt_outs where ctid = (select min(ctid) from opt_outs) returning *) select * from gone',
      'insert into opt_outs select * from lost',
      /\d reports without opt out/,
    ],
    'an ordinal': [
      'update opt_outs set ordinal = 9 where ctid = (select max(ctid) from opt_outs where ordinal = 1)',
      'update opt_outs set ordinal = 1 where ordinal = 9',
      /\d ordinals without predecessor/,
    ],
    'a blocked contact too many': [
      `insert into blocked_contacts values ('+12025550100')`,
      `delete from blocked_contacts where phone = '+12025550100'`,
      /1 wrong blocked contacts/,
    ],
    'a trigger that is off': [
      'alter table outbound_messages disable trigger user',
      'alter table outbound_messages enable trigger user',
    ],
    'a constraint that was not validated': [
      `alter table delivery_reports add constraint later check (event_type <> '') not valid`,
      'alter table delivery_reports drop constraint later',
    ],
  };
  for (const [what, [breaks, mends, told = /./]] of Object.entries(corruptions)) {
    it(`finds ${what}`, async () => {
      await client.query(breaks);
      await assert.rejects(verify(), (error) => {
        assert.ok(error instanceof CheckFailure);
        assert.match(error.message, told);
        return true;
      });
      await client.query(mends);
      await verify();
    });
  }
});
