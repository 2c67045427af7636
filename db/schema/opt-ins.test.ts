import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import type pg from 'pg';
import { expectAccepted, expectRefused, expectSqlState } from '../conformance/expect.ts';
import { connect } from '../connection/connect.ts';
import { onlyRow } from '../connection/only-row.ts';
import { itemAt } from '../item-at.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createTestRole } from '../testing/test-role.ts';
import { waits } from '../testing/waits.ts';
import { makeProfiles, ordinalsOf, report, send } from './testing.ts';

/* What an opt-in stores and takes in the default design, who may do it, and what is derived again afterwards. */

let database: TestDatabase;
let owner: pg.Client;
let other: pg.Client;
let profiles: readonly string[];
let numbers = 0;

before(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
  other = await database.connect();
  profiles = await makeProfiles(owner, 5);
});
afterEach(async () => {
  await other.query('rollback');
  await owner.query('rollback');
});
after(async () => {
  await other.end();
  await owner.end();
  await database.drop();
});

/** A number that the first so many profiles were told 21610 for, and their messages. */
async function optedOut(count: number): Promise<{ phone: string; messages: readonly string[] }> {
  const phone = `+1202555${String(numbers++).padStart(4, '0')}`;
  const messages: string[] = [];
  for (const profile of profiles.slice(0, count)) messages.push(await send(owner, phone, profile));
  for (const message of messages) await report(owner, message);
  return { phone, messages };
}

const optIn = (
  phone: string | null,
  profile: string | null | undefined,
  client = owner,
): Promise<unknown> => client.query('select opt_in($1, $2)', [phone, profile]);

const differences = async (): Promise<readonly { difference: string; phone: string }[]> =>
  (await owner.query('select difference, phone from rederive_opt_outs()')).rows;

const ordinals = (phone: string): Promise<readonly (readonly [number, number])[]> =>
  ordinalsOf(owner, phone, profiles);

describe('an opt-in', () => {
  it('is a row that says who opted in to whom, when, and what it took', async () => {
    const { phone } = await optedOut(2);
    await optIn(phone, profiles[0]);
    await optIn(phone, profiles[0]);
    await owner.query('select opt_in_everywhere($1)', [phone]);
    const { rows } = await owner.query(
      `select profile_id, opt_outs_taken, opted_in_at > now() - interval '1 minute' as is_now
       from opt_ins where phone = $1 order by id`,
      [phone],
    );
    assert.deepEqual(rows, [
      { profile_id: profiles[0], opt_outs_taken: 1, is_now: true },
      { profile_id: profiles[0], opt_outs_taken: 0, is_now: true },
      { profile_id: null, opt_outs_taken: 1, is_now: true },
    ]);
  });

  it('needs a number and a profile, and READ COMMITTED', async () => {
    await expectSqlState('no number', '22004', optIn(null, profiles[0]));
    await expectSqlState('no profile', '22004', optIn('+12025550100', null));
    await expectSqlState('no number', '22004', owner.query('select opt_in_everywhere(null)'));
    for (const level of ['repeatable read', 'serializable']) {
      await owner.query(`begin isolation level ${level}`);
      await expectSqlState(level, '25000', optIn('+12025550100', profiles[0]));
      await owner.query('rollback');
    }
  });

  it('leaves opt-outs numbered from 1 on in their order, where they no longer block', async () => {
    const { phone } = await optedOut(5);
    await optIn(phone, profiles[1]);
    assert.deepEqual(await ordinals(phone), [
      [0, 1],
      [2, 3],
      [3, 4],
      [4, 5],
    ]);
    await optIn(phone, profiles[0]);
    await optIn(phone, profiles[3]);
    assert.deepEqual(await ordinals(phone), [
      [2, 1],
      [4, 2],
    ]);
    await report(owner, await send(owner, phone, profiles[0]));
    assert.deepEqual(await ordinals(phone), [
      [2, 1],
      [4, 2],
      [0, 3],
    ]);
    await expectRefused('the third', send(owner, phone, profiles[1]));
  });

  it('is called by a role that may call it and nothing else', async () => {
    const { phone } = await optedOut(3);
    const role = await createTestRole(database, owner);
    const session = await connect(role.url);
    try {
      for (const call of [
        `opt_in('${phone}', '${profiles[0]}')`,
        `opt_in_everywhere('${phone}')`,
      ]) {
        await expectSqlState(call, '42501', session.query(`select ${call}`));
      }
      await owner.query(`grant execute on function opt_in, opt_in_everywhere to ${role.name}`);
      await optIn(phone, profiles[0], session);
      await expectAccepted('a message', send(owner, phone, profiles[0]));
      await session.query('select opt_in_everywhere($1)', [phone]);
      await expectSqlState('a look', '42501', session.query('select from opt_ins'));
      assert.deepEqual(await ordinals(phone), []);
    } finally {
      await session.end();
      await role.drop();
    }
  });
});

describe('deriving again after an opt-in', () => {
  it('leaves covered reports out, at any threshold, also those that were loaded before without triggers', async () => {
    const { phone } = await optedOut(3);
    await owner.query('set session_replication_role = replica');
    const loaded = await send(owner, phone, profiles[3]);
    await report(owner, loaded);
    await owner.query('reset session_replication_role');
    await optIn(phone, profiles[0]);
    await optIn(phone, profiles[3]);
    assert.deepEqual(await differences(), []);
    for (const threshold of [2, 3]) {
      await owner.query('select set_opt_out_block_threshold($1)', [threshold]);
      assert.deepEqual(await differences(), []);
      const message = send(owner, phone, profiles[0]);
      if (threshold === 2) await expectRefused('a message', message);
      else await expectAccepted('a message', message);
    }
    await owner.query('select opt_in_everywhere($1)', [phone]);
    assert.deepEqual(await differences(), []);
    assert.deepEqual(await ordinals(phone), []);
  });

  it('adds what was loaded later without triggers, as far as ids tell that it was later', async () => {
    const { phone, messages } = await optedOut(3);
    await owner.query('select opt_in_everywhere($1)', [phone]);
    await owner.query('set session_replication_role = replica');
    await report(owner, messages[0]);
    await owner.query(
      `insert into delivery_reports (id, message_id, event_type, error_code)
       values ($1, $2, 'failed', 21610)`,
      [randomUUID(), messages[1]],
    );
    await owner.query('reset session_replication_role');
    assert.deepEqual(await differences(), [{ difference: 'opt-out was missing', phone }]);
    assert.deepEqual(await ordinals(phone), [[0, 1]]);
    assert.deepEqual(await differences(), []);
  });

  it('finds no difference where a report with a random id counted anew', async () => {
    const { phone, messages } = await optedOut(3);
    await optIn(phone, profiles[0]);
    await owner.query(
      `insert into delivery_reports (id, message_id, event_type, error_code)
       values ($1, $2, 'failed', 21610)`,
      [randomUUID(), messages[0]],
    );
    await expectRefused('a message', send(owner, phone, profiles[0]));
    assert.deepEqual(await differences(), []);
  });

  it('gives opt-outs that do not block ordinals below the threshold where opt-ins or deleting left higher ones, and touches no others', async () => {
    const numbered = async (left: readonly number[], isOptedIn: boolean): Promise<string> => {
      const { phone } = await optedOut(left.length + 1);
      if (isOptedIn) await optIn(phone, profiles[left.length]);
      else {
        await owner.query('delete from opt_outs where phone = $1 and profile_id = $2', [
          phone,
          profiles[left.length],
        ]);
      }
      // from the last on, so that each finds its place free: as reporters at the same moment may leave it
      for (const [place, ordinal] of [...left.entries()].reverse()) {
        await owner.query('update opt_outs set ordinal = $3 where phone = $1 and profile_id = $2', [
          phone,
          profiles[place],
          ordinal,
        ]);
      }
      return phone;
    };
    const cases = [
      { left: [3], isOptedIn: true, after: [1] },
      { left: [1, 4], isOptedIn: true, after: [1, 2] },
      { left: [2], isOptedIn: true, after: [2] },
      { left: [1, 3, 4], isOptedIn: true, after: [1, 3, 4] },
      { left: [1, 4], isOptedIn: false, after: [1, 2] },
      { left: [1, 3, 4], isOptedIn: false, after: [1, 3, 4] },
    ] as const;
    await owner.query('begin'); // what is deleted by hand comes back
    const made: string[] = [];
    for (const { left, isOptedIn } of cases) made.push(await numbered(left, isOptedIn));
    await owner.query('select derive_blocked_contacts()');
    for (const [place, { after }] of cases.entries()) {
      assert.deepEqual(
        await ordinals(itemAt(made, place)),
        after.map((ordinal, profile) => [profile, ordinal]),
      );
    }
  });
});

describe('who comes at the same moment as an opt-in', () => {
  it('waits for it where its profile is the one, and counts anew', async () => {
    const { phone, messages } = await optedOut(3);
    await owner.query('begin');
    await optIn(phone, profiles[0]);
    const reported = report(other, messages[0]);
    const asker = await database.connect();
    await waits(asker, other, reported);
    await asker.end();
    await owner.query('commit');
    await reported;
    await expectRefused('a message', send(owner, phone, profiles[0]));
    assert.deepEqual(await differences(), []);
  });

  it('waits for it where it would block by it, and does not block then', async () => {
    const { phone } = await optedOut(2);
    const third = await send(owner, phone, profiles[2]);
    await owner.query('begin');
    await optIn(phone, profiles[0]);
    const reported = report(other, third);
    const asker = await database.connect();
    await waits(asker, other, reported);
    await asker.end();
    await owner.query('commit');
    await reported;
    await expectAccepted('a message', send(owner, phone, profiles[0]));
    assert.deepEqual(await ordinals(phone), [
      [1, 1],
      [2, 2],
    ]);
  });

  it('is waited for where it has blocked by it, and counted', async () => {
    const { phone } = await optedOut(3);
    const fourth = await other.query(
      `select id from outbound_messages where to_number = $1 and profile_id = $2`,
      [phone, profiles[0]],
    );
    const { id } = onlyRow<{ id: string }>(fourth);
    await other.query('begin');
    await other.query('update outbound_messages set profile_id = $2 where id = $1', [
      id,
      profiles[3],
    ]);
    const optedIn = optIn(phone, profiles[0]);
    await waits(other, owner, optedIn);
    await other.query('commit');
    await optedIn;
    await expectRefused('a message', send(owner, phone, profiles[0]));
    assert.deepEqual(
      (await ordinals(phone)).map(([profile]) => profile),
      [1, 2, 3],
    );
  });

  it('makes an opt-in that numbers the others count again where it has their ordinal', async () => {
    const { phone, messages } = await optedOut(3);
    await owner.query('delete from opt_outs where phone = $1 and ordinal = 1', [phone]);
    await other.query('begin'); // a reporter whose snapshot is from before the others
    await other.query('insert into opt_outs (phone, profile_id, ordinal) values ($1, $2, 1)', [
      phone,
      profiles[3],
    ]);
    const optedIn = optIn(phone, profiles[1]);
    await waits(other, owner, optedIn);
    await other.query('commit');
    await optedIn;
    assert.deepEqual(await ordinals(phone), [
      [3, 1],
      [2, 2],
    ]);
    await expectAccepted('a message', send(owner, phone, profiles[1]));
    await report(owner, itemAt(messages, 0));
    await expectRefused('the third', send(owner, phone, profiles[1]));
  });

  for (const level of ['repeatable read', 'serializable']) {
    it(`is retried at ${level}, where it relies on what went after its snapshot`, async () => {
      for (const [count, reporter] of [
        [3, 0],
        [2, 2],
      ] as const) {
        const { phone } = await optedOut(count);
        const message =
          count === 3
            ? onlyRow<{ id: string }>(
                await owner.query(
                  'select id from outbound_messages where to_number = $1 and profile_id = $2',
                  [phone, profiles[reporter]],
                ),
              ).id
            : await send(owner, phone, profiles[reporter]);
        await other.query(`begin isolation level ${level}`);
        await other.query('select from opt_outs limit 1');
        await optIn(phone, profiles[0]);
        await expectSqlState('a report', '40001', report(other, message));
        await other.query('rollback');
      }
    });
  }

  it('goes on where it reports another profile and does not block', async () => {
    const { phone } = await optedOut(1);
    const second = await send(owner, phone, profiles[1]);
    await owner.query('begin');
    await optIn(phone, profiles[0]);
    await report(other, second);
    await owner.query('commit');
    assert.equal((await ordinals(phone)).length, 1);
    await report(owner, await send(owner, phone, profiles[2]));
    assert.deepEqual(
      (await ordinals(phone)).map(([, ordinal]) => ordinal),
      [1, 2],
    );
  });
});
