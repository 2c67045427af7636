import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type pg from 'pg';
import { expectAccepted, expectRefused } from '../conformance/expect.ts';
import { applyDesign } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { waits, waitsFor } from '../testing/waits.ts';
import { makeProfiles, ordinalsOf, recordsInOrder, report, reportAgain, send } from './testing.ts';

/*
 * What is blocked where opt-ins, and reports that rely on what they take, come at the same time: as many
 * opt-outs as block have their block, and fewer have none.
 */

for (const design of testedDesigns()) {
  if (design.sessionSql !== undefined) continue; // it differs in sends alone
  if (!recordsInOrder(design) || !design.keeps.includes('blocked_contacts')) continue;
  describe(`design ${design.name}`, () => {
    let database: TestDatabase;
    let owner: pg.Client;
    let asker: pg.Client;
    /** What the tests pose against each other. */
    let sessions: readonly pg.Client[];
    let profiles: readonly string[];
    let numbers = 0;

    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
      asker = await database.connect();
      const opened: pg.Client[] = [];
      for (let session = 0; session < 5; session++) opened.push(await database.connect());
      sessions = opened;
      profiles = await makeProfiles(owner, 6);
    });
    afterEach(async () => {
      for (const session of sessions) await session.query('rollback');
    });
    after(async () => {
      for (const session of sessions) await session.end();
      await asker.end();
      await owner.end();
      await database.drop();
    });

    /** A number, and a message of each profile to it. */
    async function newNumber(): Promise<{ phone: string; messages: readonly string[] }> {
      const phone = `+1202555${String(numbers++).padStart(4, '0')}`;
      const messages: string[] = [];
      for (const profile of profiles) messages.push(await send(owner, phone, profile));
      return { phone, messages };
    }

    const optIn = (client: pg.Client, phone: string, place: number): Promise<unknown> =>
      client.query('select opt_in($1, $2)', [phone, profiles[place]]);

    const blockByHand = (phone: string): Promise<unknown> =>
      owner.query('insert into blocked_contacts (phone) values ($1)', [phone]);

    const holdBlock = async (client: pg.Client, phone: string): Promise<void> => {
      await client.query('begin');
      await client.query('select from blocked_contacts where phone = $1 for key share', [phone]);
    };

    /** Which profiles the number is opted out of, in the order of their ordinals. */
    async function optedOutOf(phone: string): Promise<readonly number[]> {
      return (await ordinalsOf(owner, phone, profiles)).map(([profile]) => profile);
    }

    const expectBlocked = (phone: string): Promise<unknown> =>
      expectRefused('a message', send(owner, phone, profiles[0]));
    const expectOpen = (phone: string): Promise<unknown> =>
      expectAccepted('a message', send(owner, phone, profiles[0]));

    it('an opt-in waits for a transaction whose opt-outs are all its own, where the block was there before', async () => {
      const { phone, messages } = await newNumber();
      const [reporter, opter] = sessions;
      assert.ok(reporter && opter);
      await blockByHand(phone);
      await reporter.query('begin');
      for (const message of messages.slice(0, 3)) await report(reporter, message);
      const optedIn = optIn(opter, phone, 5);
      await waitsFor(asker, opter, reporter, optedIn);
      await reporter.query('commit');
      await optedIn;
      await expectBlocked(phone);
    });

    it('so it does where the block was left when opt-outs were deleted by hand', async () => {
      const { phone, messages } = await newNumber();
      const [reporter, opter] = sessions;
      assert.ok(reporter && opter);
      for (const message of messages.slice(0, 3)) await report(owner, message);
      await owner.query('delete from opt_outs where phone = $1', [phone]);
      await reporter.query('begin');
      for (const message of messages.slice(3, 6)) await report(reporter, message);
      const optedIn = optIn(opter, phone, 0);
      await waitsFor(asker, opter, reporter, optedIn);
      await reporter.query('commit');
      await optedIn;
      await expectBlocked(phone);
    });

    it('a block made by hand goes with an opt-in, and the report that waited for it makes another', async () => {
      const { phone, messages } = await newNumber();
      const [holder, opter, reporter] = sessions;
      assert.ok(holder && opter && reporter);
      await blockByHand(phone);
      await holdBlock(holder, phone);
      const optedIn = optIn(opter, phone, 5);
      await waitsFor(asker, opter, holder, optedIn); // it has found no opt-out
      await report(owner, messages[0]);
      await reporter.query('begin');
      await report(reporter, messages[1]);
      const reported = report(reporter, messages[2]); // the third: the number is blocked already
      await waits(asker, reporter, reported);
      await holder.query('commit');
      await optedIn;
      await reported;
      await reporter.query('commit');
      await expectBlocked(phone);
    });

    it('a block made by hand goes with an opt-in where too few opt-outs came meanwhile', async () => {
      const { phone, messages } = await newNumber();
      const [reporter, opter] = sessions;
      assert.ok(reporter && opter);
      await blockByHand(phone);
      await reporter.query('begin');
      await report(reporter, messages[0]);
      await optIn(opter, phone, 5);
      await reporter.query('commit');
      await expectOpen(phone);
    });

    it('of two opt-ins at once the second counts what the first has left, also where both had waited in vain', async () => {
      const { phone, messages } = await newNumber();
      const [relies, first, second, third] = sessions;
      assert.ok(relies && first && second && third);
      await report(owner, messages[0]);
      await relies.query('begin');
      await reportAgain(relies, messages[0]);
      const optedIn = optIn(first, phone, 0);
      await waitsFor(asker, first, relies, optedIn);
      await second.query('begin');
      await third.query('begin');
      const secondOptedIn = optIn(second, phone, 1);
      await waits(asker, second, secondOptedIn);
      const thirdOptedIn = optIn(third, phone, 2);
      await waits(asker, third, thirdOptedIn);
      for (const message of messages.slice(1, 5)) await report(owner, message);
      await expectBlocked(phone);
      await relies.query('commit');
      await optedIn;
      // whoever of the two comes first is waited for by the other
      const winner = await Promise.race([
        secondOptedIn.then(() => second),
        thirdOptedIn.then(() => third),
      ]);
      const [loser, lost] = winner === second ? [third, thirdOptedIn] : [second, secondOptedIn];
      await waitsFor(asker, loser, winner, lost);
      await winner.query('commit');
      await lost;
      await loser.query('commit');
      assert.deepEqual(await optedOutOf(phone), [3, 4]);
      await expectOpen(phone);
    });

    it('an opt-in that has waited holds what came meanwhile, too: a report that needs it waits, and neither for the other', async () => {
      const { phone, messages } = await newNumber();
      const [reporter, relies, holder, opter, other] = sessions;
      assert.ok(reporter && relies && holder && opter && other);
      await blockByHand(phone);
      await report(owner, messages[0]);
      await reporter.query('begin');
      for (const message of messages.slice(1, 3)) await report(reporter, message);
      await relies.query('begin');
      await relies.query('select from opt_outs where phone = $1 for key share', [phone]);
      const held = holdBlock(holder, phone);
      await waitsFor(asker, holder, reporter, held);
      const optedIn = optIn(opter, phone, 0);
      await waits(asker, opter, optedIn); // it has found the first opt-out alone
      await reporter.query('commit');
      await held;
      await relies.query('commit');
      await waitsFor(asker, opter, holder, optedIn);
      const reported = report(other, messages[3]);
      await waits(asker, other, reported);
      await holder.query('commit');
      await optedIn;
      await reported;
      assert.deepEqual((await optedOutOf(phone)).toSorted(), [1, 2, 3]);
      await expectBlocked(phone);
    });

    it('an opt-in that numbers again waits for whom it meets there, counts that one, and leaves the block', async () => {
      const { phone, messages } = await newNumber();
      const [holder, reporter, waiting, opter] = sessions;
      assert.ok(holder && reporter && waiting && opter);
      await report(owner, messages[0]);
      await reporter.query('begin');
      for (const message of messages.slice(1, 4)) await report(reporter, message);
      await waiting.query('begin');
      const reported = report(waiting, messages[4]); // wants the ordinal of the next
      await waitsFor(asker, waiting, reporter, reported);
      await optIn(reporter, phone, 1);
      await reporter.query('commit');
      await reported;
      await holdBlock(holder, phone);
      const optedIn = optIn(opter, phone, 0);
      await waits(asker, opter, optedIn);
      await holder.query('commit');
      await waitsFor(asker, opter, waiting, optedIn);
      await waiting.query('commit');
      await optedIn;
      assert.deepEqual((await optedOutOf(phone)).toSorted(), [2, 3, 4]);
      await expectBlocked(phone);
    });

    it('a report that comes into a gap while an opt-in begins to number is counted, and the block stays', async (t) => {
      const { rows } = await owner.query(
        'select rolsuper from pg_roles where rolname = current_user',
      );
      if (!rows[0]?.rolsuper) return t.skip('a superuser alone can hold the catalog');
      const { phone, messages } = await newNumber();
      const [first, reporter, holder, catalog] = sessions;
      assert.ok(first && reporter && holder && catalog);
      const opter = await database.connect();
      try {
        const another = await newNumber();
        for (const message of another.messages) await report(owner, message);
        await optIn(opter, another.phone, 0); // counts, and does not number
        await first.query('begin');
        for (const message of messages.slice(0, 4)) await report(first, message);
        await reporter.query('begin');
        const reported = report(reporter, messages[4]);
        await waitsFor(asker, reporter, first, reported);
        await optIn(first, phone, 0);
        await first.query('commit');
        await reported; // in the gap
        await holdBlock(holder, phone);
        const optedIn = optIn(opter, phone, 1);
        await waitsFor(asker, opter, holder, optedIn);
        await catalog.query('begin');
        await catalog.query('lock table pg_proc in access exclusive mode');
        await holder.query('commit');
        await waitsFor(asker, opter, catalog, optedIn); // it has counted, and never called what numbers
        await reporter.query('commit');
        await catalog.query('commit');
        await optedIn;
      } finally {
        await opter.end();
      }
      assert.deepEqual(await optedOutOf(phone), [4, 2, 3]);
      await expectBlocked(phone);
    });

    it('an opt-in that waits for one of the last opt-outs keeps no report waiting meanwhile, and takes its own', async () => {
      const { phone, messages } = await newNumber();
      const [relies, opter, reporter] = sessions;
      assert.ok(relies && opter && reporter);
      for (const message of messages.slice(0, 2)) await report(owner, message);
      await relies.query('begin');
      await reportAgain(relies, messages[1]);
      const optedIn = optIn(opter, phone, 0);
      await waitsFor(asker, opter, relies, optedIn);
      await reporter.query(`set lock_timeout = '5s'`);
      await report(reporter, messages[2]);
      await reporter.query('reset lock_timeout');
      await expectBlocked(phone);
      await relies.query('commit');
      await optedIn;
      assert.deepEqual(await optedOutOf(phone), [1, 2]);
      await expectOpen(phone);
    });
  });
}
