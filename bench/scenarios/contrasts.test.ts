import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { codeOf } from '../../db/cli/errors.ts';
import { optedOut, refusal } from '../../db/contract.ts';
import { defaultDesignName, designNamed } from '../../db/designs.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { scenariosNamed } from './index.ts';
import { otherChecks, statements } from './statements.ts';

/*
 * What a check elsewhere than in the trigger misses: each case is the permutation in which the number is
 * blocked between the question and the send, or a sender that does not ask.
 */
describe('a number that was just blocked', () => {
  const design = designNamed(defaultDesignName);
  let database: TestDatabase;
  let sender: pg.Client;
  let reporter: pg.Client;
  let profiles: readonly string[];
  let last = 0;

  before(async () => {
    database = await createTestDatabase();
    sender = await database.connect();
    reporter = await database.connect();
    const { rows } = await reporter.query<{ id: string }>(
      `insert into profiles (name) select 'profile ' || n from generate_series(1, 3) as n returning id`,
    );
    profiles = rows.map(({ id }) => id);
  });
  after(async () => {
    await sender.end();
    await reporter.end();
    await database.drop();
  });

  const freeNumber = (): string => `+1202555${String(last++).padStart(4, '0')}`;
  /** Three messages, and what the carrier says of them. */
  const messagesTo = async (phone: string): Promise<readonly string[]> => {
    const { rows } = await reporter.query<{ id: string }>(
      `insert into outbound_messages (profile_id, to_number, body)
       select profile, $2, 'hello' from unnest($1::uuid[]) as profile returning id`,
      [profiles, phone],
    );
    return rows.map(({ id }) => id);
  };
  const report = (messages: readonly string[]): Promise<unknown> =>
    reporter.query(
      `insert into delivery_reports (message_id, event_type, error_code)
       select message, 'failed', $2 from unnest($1::uuid[]) as message`,
      [messages, optedOut],
    );
  const ask = async (phone: string): Promise<boolean | undefined> =>
    (await sender.query<{ blocked: boolean }>(otherChecks.isBlocked.text, [phone])).rows[0]
      ?.blocked;
  const send = (text: string, phone: string): Promise<number> =>
    sender.query(text, [profiles[0], phone, 'hello']).then(({ rowCount }) => rowCount ?? -1);
  const withoutTrigger = async (work: () => Promise<void>): Promise<void> => {
    await reporter.query(design.checkOffSql);
    try {
      await work();
    } finally {
      await reporter.query(design.checkOnSql);
    }
  };

  it('is sent to by an application that asked before, and refused by the trigger', async () => {
    const phone = freeNumber();
    const messages = await messagesTo(phone);
    await withoutTrigger(async () => {
      assert.equal(await ask(phone), false);
      await report(messages);
      assert.equal(await send(statements.insertMessage.text, phone), 1);
      assert.equal(await ask(phone), true);
    });
    await assert.rejects(
      send(statements.insertMessage.text, phone),
      (error: unknown) => codeOf(error) === refusal.sqlState,
    );
  });

  it('is left out by a statement that checks, without a word; any other statement sends', async () => {
    const phone = freeNumber();
    await withoutTrigger(async () => {
      assert.equal(await send(otherChecks.insertUnlessBlocked.text, phone), 1);
      await report(await messagesTo(phone));
      assert.equal(await send(otherChecks.insertUnlessBlocked.text, phone), 0);
      assert.equal(await send(statements.insertMessage.text, phone), 1);
    });
  });

  it('is sent to at REPEATABLE READ whoever checks, where the snapshot is older than the block', async () => {
    for (const text of [statements.insertMessage.text, otherChecks.insertUnlessBlocked.text]) {
      const phone = freeNumber();
      const messages = await messagesTo(phone);
      await sender.query('begin isolation level repeatable read');
      await ask(phone); // takes the snapshot
      await report(messages);
      assert.equal(await send(text, phone), 1);
      await sender.query('rollback');
    }
  });
});

it('contrasts are named together, and one by one', () => {
  const together = scenariosNamed(['contrasts']).map(({ name }) => name);
  assert.equal(together.length, 9);
  assert.deepEqual(
    scenariosNamed(['check-in-application-2ms']).map(({ roundTripMs }) => roundTripMs),
    [2],
  );
  assert.ok(together.includes('check-in-trigger-0ms'));
});
