import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { onlyRow } from '../../../db/connection/only-row.ts';
import { refusal } from '../../../db/contract.ts';
import { applyDesign, type Design, designNamed, listDesigns } from '../../../db/designs.ts';
import { skipDesign } from '../../../db/testing/skip-design.ts';
import { createTestDatabase, type TestDatabase } from '../../../db/testing/test-database.ts';
import { type BenchReservation, benchBody, reserveForBench } from '../../database/reservation.ts';
import type { Arm } from '../../results/results.ts';
import { type Arms, takeArm } from './arms.ts';
import { makeArms, NoSuchArms } from './make-arms.ts';

const blocked = '+12025550199';
const profile = '00000000-0000-7000-8000-000000000001';

let database: TestDatabase;
let reservation: BenchReservation;

const reserve = (): Promise<BenchReservation> =>
  reserveForBench({ url: database.url, connect: () => database.connect() });

before(async () => {
  database = await createTestDatabase();
  const client = await database.connect();
  await client.query('insert into profiles (id, name) values ($1, $2)', [profile, 'a sender']);
  await client.end();
  reservation = await reserve();
});

after(async () => {
  await reservation.close();
  await database.drop();
});

async function inPlace(name: string): Promise<Design> {
  const design = designNamed(name);
  await applyDesign(database.url, reservation.admin, design);
  return design;
}

/** What became of a message: the row, or the server's code. */
async function send(client: pg.Client, to: string, from = profile): Promise<string> {
  try {
    await client.query(
      'insert into outbound_messages (profile_id, to_number, body) values ($1, $2, $3)',
      [from, to, benchBody],
    );
    return 'sent';
  } catch (error) {
    return String((error as { code?: string }).code);
  }
}

/** Blocks the number as the design in place does: three profiles are told 21610. */
async function block(): Promise<void> {
  const { admin } = reservation;
  for (const name of ['first', 'second', 'third']) {
    const { id: sender } = onlyRow(
      await admin.query<{ id: string }>('insert into profiles (name) values ($1) returning id', [
        name,
      ]),
    );
    const { id: message } = onlyRow(
      await admin.query<{ id: string }>(
        `insert into outbound_messages (profile_id, to_number, body)
         values ($1, $2, $3) returning id`,
        [sender, blocked, benchBody],
      ),
    );
    await admin.query(
      `insert into delivery_reports (message_id, event_type, error_code)
       values ($1, 'failed', 21610)`,
      [message],
    );
  }
}

const nobody = '00000000-0000-7000-8000-00000000dead';

/** By a policy or a view. */
const checkedElsewhere: readonly string[] = [
  'row_security',
  'row_security_hash',
  'check_option_view',
];

describe('the arms of a pair', () => {
  for (const { name } of listDesigns()) {
    for (const wanted of [undefined, 'twin tables', 'partitioned twins'] as const) {
      const way = wanted ?? 'its own way';
      it(`of ${name} differ in the check and in nothing else, by ${way}`, async (t) => {
        const skip = await skipDesign(designNamed(name));
        if (skip !== false) return t.skip(skip);
        const design = await inPlace(name);
        await block();
        let arms: Arms;
        try {
          arms = await makeArms(reservation, design, 'check off', wanted);
        } catch (error) {
          assert.ok(error instanceof NoSuchArms, String(error));
          assert.ok(wanted === 'partitioned twins' && checkedElsewhere.includes(name));
          await reservation.removeMade(design, [blocked]);
          return;
        }
        const outcomes: Partial<Record<Arm, readonly string[]>> = {};
        for (const arm of ['treatment', 'control'] as const) {
          const session = await reservation.openClient(design);
          await takeArm(session, arms, arm);
          outcomes[arm] = [
            await send(session, '+12025550100'),
            await send(session, blocked),
            await send(session, '+12025550100', nobody),
          ];
          await session.end();
        }
        assert.deepEqual(outcomes.treatment, ['sent', refusal.sqlState, '23503']);
        assert.deepEqual(outcomes.control, ['sent', 'sent', '23503']);
        await arms.takeDown();
        await reservation.removeMade(design, [blocked]);
      });
    }
  }

  it('of partitioned twins both send into the partition of the month', async () => {
    const design = await inPlace('blocked_contacts');
    const arms = await makeArms(reservation, design, 'check off', 'partitioned twins');
    const month = new Date().toISOString().slice(0, 7).replace('-', '_');
    for (const arm of ['treatment', 'control'] as const) {
      const session = await reservation.openClient(design);
      await takeArm(session, arms, arm);
      assert.equal(await send(session, '+12025550100'), 'sent');
      const { rows } = await session.query<{ part: string }>(
        'select relname as part from outbound_messages as m join pg_class as c on c.oid = m.tableoid',
      );
      assert.deepEqual(rows, [{ part: `outbound_messages_${month}` }]);
      await session.end();
    }
    await arms.takeDown();
  });

  it('of the method tried on itself both lack the check, and the foreign key holds in both', async () => {
    const design = await inPlace('blocked_contacts');
    await block();
    const arms = await makeArms(reservation, design, 'check off twice');
    for (const arm of ['treatment', 'control'] as const) {
      const session = await reservation.openClient(design);
      await takeArm(session, arms, arm);
      assert.equal(await send(session, blocked), 'sent');
      assert.equal(await send(session, '+12025550100', nobody), '23503');
      await session.end();
    }
    await arms.takeDown();
    await reservation.removeMade(design, [blocked]);
    assert.equal(await checkTriggers(), 1);
  });

  it('that a killed bench left are taken down by the next', async () => {
    const design = await inPlace('blocked_contacts');
    const before = await triggerModes();
    await makeArms(reservation, design, 'check off');
    assert.notDeepEqual(await triggerModes(), before);
    await kill();
    assert.deepEqual(await triggerModes(), before);
    await makeArms(reservation, design, 'check off', 'twin tables');
    assert.equal(await twins(), 2);
    await kill();
    assert.equal(await twins(), 0);
    assert.equal(await checkTriggers(), 1);
  });
});

/** As if the process had gone, and another came. */
async function kill(): Promise<void> {
  await reservation.admin.end();
  reservation = await reserve();
}

async function triggerModes(): Promise<unknown> {
  const { rows } = await reservation.admin.query(
    `select tgrelid::regclass::text || ' ' || tgname as trigger, tgenabled
     from pg_trigger order by 1`,
  );
  return rows;
}

async function twins(): Promise<number> {
  const { rows } = await reservation.admin.query(
    `select 1 from pg_namespace where nspname in ('optout_lab_checked', 'optout_lab_unchecked')`,
  );
  return rows.length;
}

async function checkTriggers(): Promise<number> {
  const { rows } = await reservation.admin.query(
    `select 1 from pg_trigger where tgname = 'outbound_messages_refuse_blocked_insert'`,
  );
  return rows.length;
}
