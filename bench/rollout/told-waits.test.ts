import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestDatabase } from '../../db/testing/test-database.ts';
import { askToTellWaits, hearWaits, toldFromMs, withTableName } from './told-waits.ts';

it('the server tells a session how long it waited, and for what', async () => {
  const database = await createTestDatabase();
  const owner = await database.connect();
  try {
    assert.ok(await askToTellWaits(owner));
    const [holder, waiter] = [await database.connect(), await database.connect()];
    const told = hearWaits();
    await told.hear(waiter);
    try {
      await waiter.query('select from outbound_messages');
      await holder.query('begin');
      await holder.query('lock table outbound_messages in share row exclusive mode');
      const waiting = waiter.query(
        `insert into outbound_messages (to_number, body) values ('1', '')`,
      );
      const heldMs = 4 * toldFromMs;
      await delay(heldMs);
      await holder.query('commit');
      await waiting;
      const waits = await Promise.all(told.take().map((wait) => withTableName(owner, wait)));
      assert.deepEqual(
        waits.map(({ what, mode }) => ({ what, mode })),
        [{ what: 'outbound_messages', mode: 'RowExclusiveLock' }],
      );
      assert.ok((waits[0]?.waitedMs ?? 0) > heldMs / 2, JSON.stringify(waits));
      assert.deepEqual(told.take(), []);
    } finally {
      await holder.end();
      await waiter.end();
    }
  } finally {
    await owner.end();
    await database.drop();
  }
});
