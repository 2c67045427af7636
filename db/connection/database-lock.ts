import type pg from 'pg';
import { wasInterrupted } from '../cli/command.ts';
import { codeOf, UserError } from '../cli/errors.ts';
import { readSql } from '../sql.ts';
import { lockNotAvailable } from '../sqlstates.ts';

/**
 * Arbitrary, but the same in every version: who holds one is the only command of its kind at work
 * in the database. `schema` is held while migrations go up or down; who takes them down holds all three.
 */
export const databaseLocks = { seed: 0x5eed, bench: 216_103, schema: 0x5c4e3a } as const;

/** The application name of migrate:down's session, by which others know what keeps them waiting. */
export const takesSchemaBack = 'optout-lab migrate:down';

const heldBySql = readSql(new URL('./sql/advisory_lock_holder.sql', import.meta.url));

/**
 * The server needs a moment to notice that a command was killed, and to let go of its lock: five seconds,
 * in short tries, so that Ctrl-C is heard in between.
 */
const patience = { tries: 20, tryMs: 250 } as const;

/**
 * Lets the server end what a session is doing within a second of its client's death, and with it the
 * locks that it holds. Not on every platform: elsewhere a statement goes on to its end.
 */
export async function endWithClient(client: pg.Client): Promise<void> {
  await client.query(`set client_connection_check_interval = '1s'`).catch(() => {});
}

/**
 * Takes an advisory lock for as long as the session lives, however it ends, and lets it end with its client.
 *
 * @throws UserError that says `refusal` where another session keeps it, or that it is migrate:down's.
 */
export async function lockDatabase(
  client: pg.Client,
  lock: keyof typeof databaseLocks,
  refusal: string,
): Promise<void> {
  await endWithClient(client);
  await client.query(`set lock_timeout = ${patience.tryMs}`);
  try {
    for (let tries = 1; ; tries++) {
      try {
        await client.query('select pg_advisory_lock($1)', [databaseLocks[lock]]);
        return;
      } catch (error) {
        if (codeOf(error) !== lockNotAvailable) throw error;
        if (tries === patience.tries || wasInterrupted()) {
          throw new UserError((await holdsForMigrateDown(client, lock)) ? goingAway : refusal);
        }
      }
    }
  } finally {
    await client.query('set lock_timeout = 0').catch(() => {}); // as connect() made it
  }
}

const goingAway = 'migrate:down is at work in this database: wait for it, or end it';

async function holdsForMigrateDown(
  client: pg.Client,
  lock: keyof typeof databaseLocks,
): Promise<boolean> {
  const { rows } = await client.query<{ application: string }>(heldBySql, [databaseLocks[lock]]);
  return rows.some(({ application }) => application === takesSchemaBack);
}
