import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { UserError } from '../../db/cli/errors.ts';
import { createTestLab, seedQuietly, type TestLab } from '../../seed/testing/lab.ts';
import { reserveForBench } from './reservation.ts';

let lab: TestLab;

before(async () => {
  lab = await createTestLab();
  await seedQuietly(lab, { messages: 5_000 });
});

after(() => lab.close());

it('two benches on one database: the second is refused', async () => {
  const session = await reserveForBench(lab);
  try {
    await assert.rejects(reserveForBench(lab), UserError);
  } finally {
    await session.close();
  }
});

it('a threshold that a bench changed is put back, by itself or by the next one', async () => {
  const client = await lab.connect();
  const threshold = async (): Promise<unknown> =>
    (await client.query('select opt_out_block_threshold() as now')).rows[0]?.now;
  const blocked = async (): Promise<unknown> =>
    (await client.query('select array_agg(phone order by phone) as phones from blocked_contacts'))
      .rows[0]?.phones;
  try {
    const before = await blocked();
    const change = 'select from set_opt_out_block_threshold(2)';
    const killed = await reserveForBench(lab);
    await killed.admin.query(change);
    await killed.admin.end();
    assert.equal(await threshold(), 2);
    assert.notDeepEqual(await blocked(), before);
    const next = await reserveForBench(lab);
    assert.equal(await threshold(), 3);
    assert.deepEqual(await blocked(), before);
    await next.admin.query(change);
    await next.close();
    assert.equal(await threshold(), 3);
    assert.deepEqual(await blocked(), before);
  } finally {
    await client.end();
  }
});

it('what an older lab’s killed bench left is taken back, though its record had another name', async () => {
  const client = await lab.connect();
  try {
    const killed = await reserveForBench(lab);
    await killed.admin.query('create schema optout_lab_growth');
    await killed.admin.query('select from set_opt_out_block_threshold(2)');
    await killed.admin.query('alter table optout_lab.bench_reservation rename to bench_session');
    await killed.admin.end();
    await (await reserveForBench(lab)).close();
    const { rows } = await client.query(
      `select opt_out_block_threshold() as threshold,
         to_regclass('optout_lab.bench_session') as record,
         to_regnamespace('optout_lab_growth') as tables`,
    );
    assert.deepEqual(rows, [{ threshold: 3, record: null, tables: null }]);
  } finally {
    await client.end();
  }
});

it('what an older lab left beside this lab’s record is taken back with it', async () => {
  const client = await lab.connect();
  try {
    const killed = await reserveForBench(lab);
    await killed.admin.query('select from set_opt_out_block_threshold(2)');
    await killed.admin.query(
      `create table optout_lab.bench_session as table optout_lab.bench_reservation;
       update optout_lab.bench_session set threshold = 2`, // as it found it
    );
    await killed.admin.end();
    await (await reserveForBench(lab)).close();
    await client.query(
      'create table optout_lab.bench_session as table optout_lab.bench_reservation with no data',
    );
    await (await reserveForBench(lab)).close();
    const { rows } = await client.query(
      `select opt_out_block_threshold() as threshold, to_regclass('optout_lab.bench_session') as record`,
    );
    assert.deepEqual(rows, [{ threshold: 3, record: null }]);
  } finally {
    await client.end();
  }
});

it('a bench that was killed in the middle of a long statement keeps no other out', async () => {
  const killed = await reserveForBench(lab);
  const working = assert.rejects(killed.admin.query('select pg_sleep(600)'));
  killed.admin.connection.stream.destroy();
  await working;
  const next = await reserveForBench(lab);
  await next.close();
});
