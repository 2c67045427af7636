import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import { expectAccepted, expectRefused, expectSqlState } from '../conformance/expect.ts';
import { type Fixture, openFixture } from '../conformance/fixture.ts';
import { applyDesign } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { waits } from '../testing/waits.ts';

/*
 * An application that lost its connection while it sent does not know whether the message is there. It
 * sends again, with the same id, and "on conflict do nothing". Meanwhile the number may have been blocked.
 * A message that is there was sent: the answer is that nothing was inserted, not that it was refused.
 */
for (const design of testedDesigns()) {
  describe(`a retry with the same id, design ${design.name}`, () => {
    let database: TestDatabase;
    let fixture: Fixture;
    let app: pg.Client;
    let other: pg.Client;
    let owner: pg.Client;
    let blocked: string;
    let stored: string;
    let profile: string;

    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
      fixture = await openFixture(database.url, design);
      app = await fixture.session();
      other = await fixture.session();
    });
    beforeEach(async () => {
      blocked = fixture.phone();
      profile = await fixture.profile();
      stored = await fixture.send(app, blocked, profile);
      await fixture.block(app, blocked);
    });
    after(async () => {
      await fixture.close();
      await owner.end();
      await database.drop();
    });

    const send = (id: string, ending = ''): Promise<pg.QueryResult> =>
      app.query(
        `insert into outbound_messages (id, profile_id, to_number, body)
         values ($1, $2, $3, 'retry') ${ending}`,
        [id, profile, blocked],
      );

    it('is accepted and inserts nothing where the message is there already', async () => {
      const retried = await expectAccepted('the retry', send(stored, 'on conflict do nothing'));
      assert.equal(retried.rowCount, 0);
    });

    it('is refused where the message is not there', async () => {
      await expectRefused('the retry', send(randomUUID(), 'on conflict do nothing'));
    });

    it('is a duplicate where it does not say what to do on conflict', async () => {
      await expectSqlState('the retry', '23505', send(stored));
    });

    it('is accepted in a batch whose other messages are new, and refused with a new one', async () => {
      const free = fixture.phone();
      const batch = (rows: readonly (readonly [string, string])[]): Promise<pg.QueryResult> =>
        app.query(
          `insert into outbound_messages (id, profile_id, to_number, body)
           select id, $1, phone, 'retry' from unnest($2::uuid[], $3::text[]) as t (id, phone)
           on conflict do nothing`,
          [profile, rows.map(([id]) => id), rows.map(([, phone]) => phone)],
        );
      const fresh = randomUUID();
      fixture.made({ messageIds: [fresh] });
      const sent = await expectAccepted(
        'the batch',
        batch([
          [stored, blocked],
          [fresh, free],
        ]),
      );
      assert.equal(sent.rowCount, 1);
      await expectRefused(
        'a batch with a new message to the blocked number',
        batch([
          [stored, blocked],
          [randomUUID(), blocked],
        ]),
      );
    });

    it('does not move the message that is there', async () => {
      const free = await fixture.send(app, fixture.phone(), profile);
      await expectRefused(
        'an upsert',
        send(free, 'on conflict (id) do update set to_number = excluded.to_number'),
      );
    });

    const storesAgain = design.costs.includes('may be stored again under its id');
    it(`is ${storesAgain ? 'accepted' : 'refused'} where the message is deleted at the same moment`, async () => {
      await other.query('begin');
      await other.query('delete from outbound_messages where id = $1', [stored]);
      const answer = send(stored, 'on conflict do nothing');
      const retried = storesAgain
        ? expectAccepted('the retry, as the design says', answer)
        : expectRefused('the retry', answer);
      await waits(owner, app, answer);
      await other.query('commit');
      await retried;
    });
  });
}
