import type pg from 'pg';
import { createBookkeeping } from '../fill/bookkeeping.ts';

/** Any number: the lock that holds a seed up. */
const hold = 77;

/** Lets a seed that begins now wait before it notes this stage: it cannot end before its test goes on. */
export async function holdBefore(client: pg.Client, stage: string): Promise<void> {
  await createBookkeeping(client);
  await client.query(`
    create function optout_lab.hold() returns trigger language plpgsql
      as 'begin perform pg_advisory_xact_lock_shared(${hold}); return new; end';
    create trigger hold before insert on optout_lab.seed_stages
      for each row when (new.stage = ${client.escapeLiteral(stage)}) execute function optout_lab.hold()`);
  await client.query('select pg_advisory_lock($1)', [hold]);
}

/** Lets the seed go on, if it lives. A server that was killed has let go already. */
export async function release(client: pg.Client): Promise<void> {
  await client.query('select pg_advisory_unlock($1)', [hold]);
}

/** Lets the seed go on, and holds up no other. */
export async function letGo(client: pg.Client): Promise<void> {
  await client.query('select pg_advisory_unlock_all()');
  await client.query('drop function optout_lab.hold cascade');
}
