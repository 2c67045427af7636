import type pg from 'pg';
import { messageOf, UserError } from '../cli/errors.ts';
import { connect } from '../connection/connect.ts';

/** A pooler with a single connection lets the second session wait for minutes. */
const answerMs = 20_000;

const advice =
  'let DATABASE_URL name the port of the server itself (5432, as a rule), or a pool in session mode; ' +
  '--pooler HOST:PORT of npm run bench and npm run load then goes through the pooler';

/**
 * Refuses a pooler that gives a session another server process from one transaction to the next, as
 * pgbouncer does in transaction mode: settings, locks and prepared statements would get lost or leak
 * to others. Two sessions free their processes in one order and in the other, so that either a pool
 * that hands out the latest or one that hands out the oldest gives the second the process of the first.
 *
 * @throws UserError where that happens, or where transactions or a second session are not to be had.
 */
export async function refusePooledSessions(url: string): Promise<void> {
  const first = await connect(url);
  const second = await connect(url).catch(async (error) => {
    await first.end();
    throw error;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new UserError(`the server lets a second session wait (a pool of one?): ${advice}`));
    }, answerMs);
  });
  try {
    for (const order of [
      [second, first],
      [first, second],
    ]) {
      const own = await Promise.race([late, processOf(second)]);
      await Promise.race([late, freeInOrder(order)]);
      if ((await Promise.race([late, processOf(second)])) !== own) {
        throw new UserError(`a pooler gives the lab's sessions other server processes: ${advice}`);
      }
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`the server does not let a session be: ${messageOf(error)}: ${advice}`);
  } finally {
    clearTimeout(timer);
    late.catch(() => {});
    void first.end();
    await second.end();
  }
}

/** Each session holds a process of its own at the same time; they let go of them in the order given. */
async function freeInOrder(sessions: readonly pg.Client[]): Promise<void> {
  for (const session of sessions) await session.query('begin');
  for (const session of sessions) await session.query('select 1');
  for (const session of sessions) await session.query('commit');
}

async function processOf(session: pg.Client): Promise<number | undefined> {
  const { rows } = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid;
}
