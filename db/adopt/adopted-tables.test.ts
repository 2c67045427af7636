import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { expectAccepted, expectRefused, expectSqlState } from '../conformance/expect.ts';
import { connect } from '../connection/connect.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { createTestRole, type TestRole } from '../testing/test-role.ts';
import { examplePath } from './examples.ts';
import type { Mapping } from './mapping.ts';
import { readMapping } from './read-mapping.ts';
import { createStrangersDatabase, runStep } from './testing.ts';

/*
 * What holds in somebody else's tables once the check is on, as far as their shape has a part in it.
 */

const steps = ['01', '02', '03', '04', '05'];

/** A database whose tables were adopted. */
function adopted(example: string, change: (mapping: Mapping) => Mapping = (mapping) => mapping) {
  let database: TestDatabase | undefined;
  let client: pg.Client | undefined;
  let mapping = change(readMapping(examplePath(example)));
  let role: TestRole | undefined;
  before(async () => {
    database = await createStrangersDatabase(example);
    client = await database.connect();
    if (mapping.sendingRole !== undefined) {
      role = await createTestRole(database, client);
      mapping = { ...mapping, sendingRole: role.name };
      // as many a database has it: whatever is made later belongs to the application too
      await client.query(`alter default privileges grant all on tables to ${role.name}`);
    }
    for (const step of steps) await runStep(database, mapping, step);
  });
  after(async () => {
    await role?.drop();
    await client?.end();
    await database?.drop();
  });
  const rows = async (sql: string, values: readonly unknown[] = []): Promise<readonly object[]> =>
    (await (client ?? assert.fail()).query<object>(sql, [...values])).rows;
  return {
    rows,
    run: (step: string) => runStep(database ?? assert.fail(), mapping, step),
    roleUrl: () => role?.url ?? assert.fail(),
    role: () => role?.name ?? assert.fail(),
    /** Blocks a number, by as many senders as block. */
    block: async (phone: string) => {
      for (let sender = 0; sender < mapping.threshold; sender++) {
        await rows('select traffic.report(traffic.send($1, $2), true)', [phone, sender]);
      }
    },
  };
}

const phone = '12025550123';

describe('what is told of a refused message', () => {
  const { rows, block } = adopted('webhook');

  it('is the table and the column that the application knows, and its own threshold', async () => {
    await block(phone);
    await assert.rejects(rows('select traffic.send($1, 5)', [phone]), {
      code: 'OPTED',
      message: 'Cannot send message - frequently unsubscribed recipient',
      detail: 'At least 2 distinct profiles were told 21610 for this number.',
      schema: 'public',
      table: 'Message',
      column: 'toNumber',
    });
    await assert.rejects(rows('select traffic.send($1, 5)', ['1'.repeat(1025)]), { code: '22001' });
  });
});

describe('an opt-out whose message is not known', () => {
  const stored = adopted('webhook');
  const refused = adopted(
    'webhook',
    ({ reports: { unknownMessage: _, ...reports }, ...mapping }) => ({
      ...mapping,
      reports,
    }),
  );
  const optOuts = 'select phone, profile_id from opt_out.opt_outs';

  it('is stored where the mapping says so, and counts once the message gets its id', async () => {
    await stored.rows(`select traffic.report('SM-late', true)`);
    await stored.rows(`insert into "Message" ("from", "toNumber") values ('+18005550001', $1)`, [
      phone,
    ]);
    assert.deepEqual(await stored.rows(optOuts), []);
    await stored.rows(`update "Message" set sid = 'SM-late'`);
    assert.deepEqual(await stored.rows(optOuts), [{ phone, profile_id: '+18005550001' }]);
  });

  it('is found by 05 and repaired by 03 where the message came with its id', async () => {
    await stored.rows(`select traffic.report('SM-later', true)`);
    await stored.rows(
      `insert into "Message" (sid, "from", "toNumber") values ('SM-later', '+18005550002', $1)`,
      [phone],
    );
    await assert.rejects(stored.run('05'), /1 opt-outs are missing, of 12025550123 among others/);
    await stored.run('03');
    await stored.run('05');
    await expectRefused('a message', stored.rows('select traffic.send($1, 5)', [phone]));
  });

  it('is refused otherwise', () =>
    expectSqlState('a report', '23503', refused.rows(`select traffic.report('SM-none', true)`)));
});

describe('an operator', () => {
  const { rows, run, block } = adopted('text-codes', ({ sendingRole: _, ...mapping }) => mapping);

  it('changes the threshold, and no file that is run again changes it back', async () => {
    await block(phone);
    await rows('select * from opt_out.set_opt_out_block_threshold(5)');
    for (const step of steps) await run(step);
    await expectAccepted('a message', rows('select traffic.send($1, 7)', [phone]));
  });

  it('is told by 05 of a block that is unfounded, a trigger that is off or gone', async () => {
    await rows(`insert into opt_out.blocked_contacts values ('1')`);
    await assert.rejects(run('05'), /1 blocks are missing or unfounded, of 1 among others/);
    await rows('select * from opt_out.derive_blocked_contacts()');
    await rows('alter table app.messages disable trigger messages_refuse_blocked_update');
    await assert.rejects(run('05'), /absent or disabled: trigger messages_refuse_blocked_update/);
    await rows('drop trigger receipts_record_opt_out_insert on app.receipts');
    await assert.rejects(
      run('05'),
      /absent or disabled: trigger messages_refuse_blocked_update, receipts_record_opt_out_insert/,
    );
    for (const step of ['02', '04', '05']) await run(step);
  });
});

describe('the role that sends', () => {
  const { rows, block, role, roleUrl } = adopted('text-codes');

  it('needs no right on what is derived, and has none, whatever it gets by default', async () => {
    await rows(
      `grant usage on schema app, traffic, opt_out to ${role()};
       grant all on all tables in schema app to ${role()};
       grant usage on all sequences in schema app to ${role()}`,
    );
    await block(phone);
    const session = await connect(roleUrl());
    try {
      const send = (number: string) => session.query('select traffic.send($1, 1)', [number]);
      await expectAccepted('a message', send('12025550124'));
      await expectRefused('a message', send(phone));
      for (const table of ['opt_outs', 'blocked_contacts']) {
        for (const statement of [`delete from opt_out.${table}`, `table opt_out.${table}`]) {
          await expectSqlState(statement, '42501', session.query(statement));
        }
      }
    } finally {
      await session.end();
    }
  });
});

describe('partitions', () => {
  const { rows, block, run } = adopted('partitioned');

  it('that come later check and record as well', async () => {
    await rows(
      `create table sms.messages_later partition of sms.messages for values from ('2026-12-01') to (maxvalue);
       create table sms.reports_later partition of sms.reports for values from ('2026-12-01') to (maxvalue)`,
    );
    const send = (sender: number) =>
      rows(
        `insert into sms.messages_later (id, sent_at, profile_id, recipient)
         values (1000000 + $1, '2027-01-01', $1, $2) returning id`,
        [sender, phone],
      );
    for (let sender = 0; sender < 3; sender++) {
      const [message] = (await send(sender)) as readonly [{ id: string }];
      await rows(
        `insert into sms.reports_later (id, received_at, message_id, status, error_code)
         values ($1, '2027-01-02', $1, 'undelivered', 63014)`,
        [message.id],
      );
    }
    await expectRefused('a message', send(7));
    const { length } = await rows(
      `select from pg_inherits where inhparent = 'sms.reports_opted_out_message_idx'::regclass`,
    );
    assert.equal(length, 4, 'an index of each partition');
    await run('05');
  });

  it('keep a message to a blocked number where it is', async () => {
    await rows(`select traffic.send('12025550125', 1)`);
    await block('12025550125');
    await expectRefused(
      'a move',
      rows(
        `update sms.messages set sent_at = sent_at + interval '1 year' where recipient = '12025550125'`,
      ),
    );
    await rows(`update sms.messages set profile_id = 9 where recipient = '12025550125'`);
  });

  it('whose trigger is off are told of by 05', async () => {
    await rows('alter table sms.messages_2026_10 disable trigger messages_refuse_blocked_insert');
    await assert.rejects(
      run('05'),
      /disabled on a partition: trigger messages_refuse_blocked_insert on sms\.messages_2026_10/,
    );
  });
});
