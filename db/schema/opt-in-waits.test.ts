import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type pg from 'pg';
import { expectAccepted, expectRefused } from '../conformance/expect.ts';
import { closing } from '../connection/closing.ts';
import { applyDesign } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { waits, waitsFor } from '../testing/waits.ts';
import {
  isRefused,
  makeProfiles,
  recordsInOrder,
  recordsWhenReported,
  report,
  reportAgain,
  send,
} from './testing.ts';

/* Who waits for an opt-in that is not committed, for whom it and deriving wait, and who goes on. */

for (const design of testedDesigns()) {
  if (design.sessionSql !== undefined) continue; // it differs in sends alone
  const inOrder = recordsInOrder(design);
  /** Then all who report of a contact meet there, whatever they report. */
  const inOneRow = design.keeps.includes('contact_profiles');
  const keepsBlocked = inOrder && design.keeps.includes('blocked_contacts');
  describe(`design ${design.name}`, () => {
    let database: TestDatabase;
    let owner: pg.Client;
    let other: pg.Client;
    let asker: pg.Client;
    let profiles: readonly string[];
    let numbers = 0;

    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
      other = await database.connect();
      asker = await database.connect();
      profiles = await makeProfiles(owner, 5);
    });
    afterEach(async () => {
      await other.query('rollback');
      await owner.query('rollback');
    });
    after(async () => {
      await asker.end();
      await other.end();
      await owner.end();
      await database.drop();
    });

    const newPhone = (): string => `+1202555${String(numbers++).padStart(4, '0')}`;

    /** A number that the first so many profiles were told 21610 for, and their messages. */
    async function optedOut(
      count: number,
    ): Promise<{ phone: string; messages: readonly string[] }> {
      const phone = newPhone();
      const messages: string[] = [];
      for (const profile of profiles.slice(0, count))
        messages.push(await send(owner, phone, profile));
      for (const message of messages) await report(owner, message);
      return { phone, messages };
    }

    const optIn = (client: pg.Client, phone: string, place = 0): Promise<unknown> =>
      client.query('select opt_in($1, $2)', [phone, profiles[place]]);

    const takeAway = (client: pg.Client, phone: string, ordinal: number): Promise<unknown> =>
      client.query('delete from opt_outs where phone = $1 and ordinal = $2', [phone, ordinal]);

    /** What waits longer than this waits for somebody that it should not wait for. */
    const impatient = `set lock_timeout = '5s'`;

    describe('an opt-in that is not committed', () => {
      if (recordsWhenReported(design)) {
        it('is waited for by a report of its profile that is updated and said so before: it is covered', async () => {
          for (const count of [1, 3]) {
            const { phone, messages } = await optedOut(count);
            await owner.query('begin');
            await optIn(owner, phone);
            const updated = reportAgain(other, messages[0]);
            await waits(asker, other, updated);
            await owner.query('commit');
            await updated;
            for (const profile of profiles.slice(count, 3)) {
              await report(owner, await send(owner, phone, profile));
            }
            assert.equal(await isRefused(owner, phone, profiles[0]), false);
            // the two others are there: one more makes three
            await report(owner, await send(owner, phone, profiles[3]));
            assert.equal(await isRefused(owner, phone, profiles[0]), true);
          }
        });
      }

      if (keepsBlocked) {
        it('is waited for by one more profile of a blocked number: it blocks again', async () => {
          const { phone } = await optedOut(3);
          const fourth = await send(owner, newPhone(), profiles[3]);
          await owner.query(`set session_replication_role = replica`);
          await owner.query('update outbound_messages set to_number = $2 where id = $1', [
            fourth,
            phone,
          ]);
          await owner.query('reset session_replication_role');
          await owner.query('begin');
          await optIn(owner, phone);
          const reported = report(other, fourth);
          await waits(asker, other, reported);
          await owner.query('commit');
          await reported;
          await expectRefused('a message', send(owner, phone, profiles[0]));
        });
      }

      it('keeps no report of another contact waiting, new or updated', async () => {
        const [{ phone }, another] = [await optedOut(3), await optedOut(3)];
        const [fourth, repeated] = [
          await send(owner, newPhone(), profiles[0]),
          await send(owner, newPhone(), profiles[1]),
        ];
        await owner.query('begin');
        await optIn(owner, phone);
        await other.query(impatient);
        for (const message of another.messages) await reportAgain(other, message);
        await report(other, another.messages[0]);
        await report(other, fourth);
        await report(other, repeated);
        await other.query('reset lock_timeout');
      });

      if (!inOneRow) {
        it('waits for nobody who reports what is known and nobody relies on, nor for those who block another contact', async () => {
          const [{ phone, messages }, another] = [await optedOut(3), await optedOut(2)];
          const third = await send(owner, another.phone, profiles[2]);
          await other.query('begin');
          await report(other, messages[2]); // nobody relies on this one: it is the last
          await report(other, third);
          await owner.query(impatient);
          await optIn(owner, phone, 2);
          await owner.query('reset lock_timeout');
          await other.query('commit');
          await expectAccepted('a message', send(owner, phone, profiles[0]));
        });
      } else {
        it('waits for whoever reports anything of its contact, and takes what that recorded', async () => {
          const { phone } = await optedOut(1);
          const message = await send(owner, phone, profiles[1]);
          await other.query('begin');
          await report(other, message);
          const optedIn = owner.query<{ taken: number }>('select opt_in($1, $2) as taken', [
            phone,
            profiles[1],
          ]);
          await waits(asker, owner, optedIn);
          await other.query('commit');
          assert.deepEqual((await optedIn).rows, [{ taken: 1 }]);
        });
      }

      if (inOrder) {
        it('waits for whoever holds the opt-outs, before it locks one', async () => {
          const { phone } = await optedOut(3);
          await other.query('begin');
          await other.query('select hold_opt_outs()');
          const optedIn = optIn(owner, phone);
          await waits(asker, owner, optedIn);
          await other.query(impatient);
          await other.query('update opt_outs set ordinal = ordinal + 10 where phone = $1', [phone]);
          await other.query('reset lock_timeout');
          await other.query('commit');
          await optedIn;
          await expectAccepted('a message', send(owner, phone, profiles[0]));
        });
      }
    });

    if (keepsBlocked) {
      describe('an opt-in that waited for a reporter', () => {
        it('holds what that one recorded, too: the next report waits for it, and blocks', async () => {
          const { phone } = await optedOut(1);
          const messages: string[] = [];
          for (const profile of profiles.slice(1, 4)) {
            messages.push(await send(owner, phone, profile));
          }
          await closing(async (defer) => {
            const third = await database.connect();
            defer(() => third.end());
            await other.query('begin');
            await report(other, messages[0]);
            await report(other, messages[1]); // relies on the opt-out that is to be taken
            await owner.query('begin');
            const optedIn = optIn(owner, phone);
            await waitsFor(asker, owner, other, optedIn);
            await other.query('commit');
            await optedIn;
            const reported = report(third, messages[2]);
            await waitsFor(asker, third, owner, reported);
            await owner.query('commit');
            await reported;
          });
          assert.ok(await isRefused(owner, phone, profiles[0]));
        });
      });

      describe('two reports that counted on opt-outs which were taken away', () => {
        it('want the same free ordinal: the second waits, looks again, and blocks', async () => {
          const { phone } = await optedOut(3);
          const [first, second] = [
            await send(owner, newPhone(), profiles[3]),
            await send(owner, newPhone(), profiles[4]),
          ];
          await owner.query('set session_replication_role = replica');
          await owner.query('update outbound_messages set to_number = $1 where id in ($2, $3)', [
            ...[phone, first, second],
          ]);
          await owner.query('delete from blocked_contacts where phone = $1', [phone]);
          await owner.query('reset session_replication_role');
          await closing(async (defer) => {
            const open = async (): Promise<pg.Client> => {
              const client = await database.connect();
              defer(() => client.end());
              await client.query('begin');
              return client;
            };
            const [one, two] = [await open(), await open()];
            // the third opt-out goes before the second report looks, and the second one after it
            const [before, later] = [await open(), await open()];
            await takeAway(before, phone, 3);
            await takeAway(later, phone, 2);
            const reportedByOne = report(one, first); // takes ordinal 4, and counts on the third
            await waitsFor(asker, one, before, reportedByOne);
            await before.query('commit');
            await waitsFor(asker, one, later, reportedByOne);
            const reportedByTwo = report(two, second); // takes ordinal 3
            await waitsFor(asker, two, later, reportedByTwo);
            await later.query('commit');
            // one of them gets the free ordinal, 2, and the other waits for it
            const winner = await Promise.race([
              reportedByOne.then(() => one),
              reportedByTwo.then(() => two),
            ]);
            await winner.query('commit');
            await Promise.all([reportedByOne, reportedByTwo]);
            await (winner === one ? two : one).query('commit');
          });
          const { rows } = await owner.query<{ profile_id: string }>(
            'select profile_id from opt_outs where phone = $1',
            [phone],
          );
          assert.deepEqual(
            rows.map(({ profile_id: id }) => profiles.indexOf(id)).sort(),
            [0, 3, 4],
          );
          await expectRefused('a message', send(owner, phone, profiles[0]));
        });
      });
    }

    if (inOrder) {
      describe('deriving again', () => {
        it('waits for a report that is not committed, and numbers what was missing after it', async () => {
          const phone = newPhone();
          await owner.query('set session_replication_role = replica');
          await report(owner, await send(owner, phone, profiles[1]));
          await owner.query('reset session_replication_role');
          const message = await send(owner, phone, profiles[0]);
          await other.query('begin');
          await report(other, message);
          const derived = owner.query('select rederive_opt_outs()');
          await waits(asker, owner, derived);
          await other.query('commit');
          await derived;
          const { rows } = await owner.query(
            'select profile_id from opt_outs where phone = $1 order by ordinal',
            [phone],
          );
          assert.deepEqual(rows, [{ profile_id: profiles[0] }, { profile_id: profiles[1] }]);
        });
      });
    }
  });
}
