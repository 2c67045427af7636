import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { designOfMapping } from '../../db/adopt/designs.ts';
import { wordsOf } from '../../db/adopt/words.ts';
import { codeOf, UserError } from '../../db/cli/errors.ts';
import { refusal } from '../../db/contract.ts';
import type { Lab } from '../../db/lab.ts';
import { createTestRole, type TestRole } from '../../db/testing/test-role.ts';
import { takeArm } from '../paired/arms/arms.ts';
import type { Arm } from '../results/results.ts';
import { rolledBack } from '../scenarios/prepared.ts';
import { armsOf, type CheckedTable, type CheckSwitch, makeSwitch } from './arms.ts';
import { type MappingReservation, reserveForMapping } from './reservation.ts';
import { type AdoptedDatabase, adoptExample, labOn, letBench, stateOf } from './testing.ts';

const [free, blocked] = ['12015550000', '12015550003'];

for (const [name, design] of [
  ['lab', undefined],
  ['partitioned', undefined],
  ['text-codes', 'statement_trigger'],
] as const) {
  describe(`the arms in the tables of the mapping "${name}"${design === undefined ? '' : ` by ${design}`}`, () => {
    let adopted: AdoptedDatabase;
    let owner: pg.Client;
    let role: TestRole;
    let checked: CheckedTable;
    before(async () => {
      adopted = await adoptExample(name, design);
      owner = await adopted.database.connect();
      role = await createTestRole(adopted.database, owner);
      const { schema, messages: table } = wordsOf(adopted.mapping);
      checked = { table, check: `${schema}.${designOfMapping(adopted.mapping).check}()` };
      if (name === 'lab') await owner.query("delete from profiles where name = 'profile 9'");
    });
    after(async () => {
      await role.drop();
      await owner.end();
      await adopted.database.drop();
    });

    /** What becomes of a message: the server's code, or that it went through. */
    async function send(
      reservation: MappingReservation,
      { arm, checkSwitch }: { readonly arm: Arm; readonly checkSwitch: CheckSwitch },
      [phone, sender]: readonly [string, number],
    ): Promise<string> {
      const client = await reservation.openClient();
      await takeArm(client, armsOf('check off', checkSwitch), arm);
      const statement = { name: 'send', text: 'select traffic.send($1, $2)' };
      try {
        await rolledBack(client, statement, checkSwitch.rollBack)([phone, sender]);
        return 'sent';
      } catch (error) {
        return String(codeOf(error));
      } finally {
        await client.end();
      }
    }

    async function outcomes(lab: Lab, method: CheckSwitch['method']): Promise<void> {
      const asItWas = await stateOf(owner, adopted.mapping);
      const reservation = await reserveForMapping(lab);
      try {
        const checkSwitch = await makeSwitch(reservation, checked);
        assert.equal(checkSwitch.method, method);
        const all = async (arm: Arm): Promise<readonly string[]> => {
          const of = (phone: string, sender: number): Promise<string> =>
            send(reservation, { arm, checkSwitch }, [phone, sender]);
          // the key that holds senders is the lab's example's own
          return [
            await of(free, 0),
            await of(blocked, 0),
            ...(name === 'lab' ? [await of(free, 9)] : []),
          ];
        };
        const key = name === 'lab' ? ['23503'] : [];
        assert.deepEqual(await all('treatment'), ['sent', refusal.sqlState, ...key]);
        assert.deepEqual(await all('control'), ['sent', 'sent', ...key]);
      } finally {
        await reservation.close();
      }
      assert.deepEqual(await stateOf(owner, adopted.mapping), asItWas);
    }

    it('of a superuser differ in the check alone: keys hold in both, and nothing stays', () =>
      outcomes(adopted.lab, 'trigger modes'));

    it('cannot be made by a role that owns nothing, which is told in one line', async () => {
      const reservation = await reserveForMapping(labOn(role.url, adopted.lab.major));
      try {
        await assert.rejects(
          makeSwitch(reservation, checked),
          (error) =>
            error instanceof UserError &&
            /^only a superuser or the owner of [^\n]*$/.test(error.message),
        );
      } finally {
        await reservation.close();
      }
    });

    it('of who owns the check’s function differ in the same, with nothing made or set', async () => {
      await letBench(owner, adopted.mapping, role.name);
      await outcomes(labOn(role.url, adopted.lab.major), 'emptied function');
    });
  });
}
