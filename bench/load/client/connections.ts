import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { connect } from '../../../db/connect.ts';
import { readSql } from '../../../db/sql.ts';
import { ExtendedQuerySession } from './extended-query.ts';
import { newReadingSocket } from './reading-socket.ts';
import type { WorkerOptions } from './worker-options.ts';

/** The application name of all sessions that carry the load. */
export const loadApplicationName = 'optout-lab load';

const firstPauseMs = 20;
const longestPauseMs = 1_000;

/**
 * Opens a session as an application would: its settings made, its statements prepared.
 *
 * @throws UserError when the server cannot be reached; Error when it refuses a statement.
 */
export async function openSession(
  plan: Pick<WorkerOptions, 'url' | 'sessionSql' | 'statements'>,
): Promise<ExtendedQuerySession> {
  const client = await connect(plan.url, loadApplicationName, newReadingSocket());
  for (const sql of plan.sessionSql) await client.query(sql);
  const session = new ExtendedQuerySession(client);
  const { statements } = plan;
  for (const [name, sql] of [
    ['send', statements.send],
    ['report', statements.report],
    ['find_message', statements.findMessage],
    ['find_report', statements.findReport],
  ] as const) {
    const answer = await session.prepare(name, sql);
    if (answer.kind === 'done') continue;
    await session.end();
    throw new Error(answer.kind === 'error' ? answer.message : 'the connection broke');
  }
  return session;
}

/** A statement that nobody waits for any more may still be committed: waits until no load's session is left. */
export async function untilSessionsAreGone(client: pg.Client): Promise<void> {
  while ((await client.query(loadSessionsSql, [loadApplicationName])).rows.length > 0) {
    await delay(100);
  }
}

const loadSessionsSql = readSql(new URL('./sql/load_sessions.sql', import.meta.url));

/** Opens a session in place of a lost one, trying again for as long as it takes. */
export async function reopenSession(
  plan: Pick<WorkerOptions, 'url' | 'sessionSql' | 'statements'>,
  abandoned: () => boolean,
): Promise<ExtendedQuerySession | undefined> {
  for (let pauseMs = firstPauseMs; !abandoned(); pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await openSession(plan);
    } catch {
      await delay(pauseMs * (0.5 + Math.random()));
    }
  }
  return undefined;
}
