import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createTestLab, seedQuietly, type TestLab } from '../../seed/testing/lab.ts';
import { type BenchReservation, reserveForBench } from '../database/reservation.ts';
import { rebuildIfBloated } from './bloat.ts';

let lab: TestLab;
let reservation: BenchReservation;

before(async () => {
  lab = await createTestLab();
  await seedQuietly(lab, { messages: 5_000 });
  reservation = await reserveForBench(lab);
});

after(async () => {
  await reservation.close();
  await lab.close();
});

const rows = 20_000;

/** Numbers in no order, which fill pages by two thirds; of as many again, which go, pages stay behind. */
async function bloat(): Promise<void> {
  const { admin } = reservation;
  await admin.query(
    `insert into blocked_contacts (phone)
     select '+999' || lpad((i * 7919 % 100003)::text, 9, '0') from generate_series(1, $1::integer) as i`,
    [2 * rows],
  );
  await admin.query(`delete from blocked_contacts where right(phone, 1)::integer % 2 = 1`);
  await admin.query('vacuum blocked_contacts');
}

it('is mended where there is any, and else left alone', async () => {
  const { admin } = reservation;
  const state = async (): Promise<{ file: string; bytes: string }> =>
    (
      await admin.query(
        `select pg_relation_filenode('blocked_contacts_pkey') as file,
                pg_relation_size('blocked_contacts_pkey') as bytes`,
      )
    ).rows[0];
  await bloat();
  const before = await state();
  assert.equal(await rebuildIfBloated(reservation, 100 * rows), false); // so many would need more
  assert.deepEqual(await state(), before);
  assert.equal(await rebuildIfBloated(reservation, rows), true);
  const after = await state();
  assert.notEqual(after.file, before.file);
  assert.ok(Number(after.bytes) < Number(before.bytes) / 1.5, `${before.bytes}, ${after.bytes}`);
  assert.equal(await rebuildIfBloated(reservation, rows), false);
  assert.deepEqual(await state(), after);
  await admin.query(`delete from blocked_contacts where phone like '+999%'`);
});

it('is not looked for where the design has no such key', async () => {
  await reservation.admin.query(
    'alter table blocked_contacts drop constraint blocked_contacts_pkey',
  );
  assert.equal(await rebuildIfBloated(reservation, rows), false);
  await reservation.admin.query('alter table blocked_contacts add primary key (phone)');
});
