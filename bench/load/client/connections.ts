import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { wasInterrupted } from '../../../db/cli/command.ts';
import { codeOf, messageOf, UserError } from '../../../db/cli/errors.ts';
import { chooseServer, hostsOf } from '../../../db/connection/choose-server.ts';
import { connect, connectAsIs } from '../../../db/connection/connect.ts';
import { itemAt } from '../../../db/item-at.ts';
import { readSql } from '../../../db/sql.ts';
import { citusSql } from '../../../db/topologies/citus/statements.ts';
import { citus, topologyOf } from '../../../db/topologies/topology.ts';
import type { ServerError } from '../../protocol/messages.ts';
import type { Connection } from './engine.ts';
import { ExtendedQuerySession } from './extended-query.ts';
import { nodeOf } from './node-of-number.ts';
import { newReadingSocket } from './reading-socket.ts';
import { RoutedSession } from './routed-session.ts';
import type { WorkerOptions } from './worker-options.ts';

/** The application name of all sessions that carry the load. */
export const loadApplicationName = 'optout-lab load';
/** … and of those that a pooler keeps when they are over. */
const pooledApplicationName = `${loadApplicationName}, pooled`;

const firstPauseMs = 20;
const longestPauseMs = 1_000;

/** The server did not take a statement that a session prepares. */
class StatementRefused extends Error {
  readonly code: string;

  constructor({ sqlState, message }: ServerError) {
    super(message);
    this.code = sqlState;
  }
}

/** What a session needs to know. */
type SessionPlan = Pick<
  WorkerOptions,
  'url' | 'pooled' | 'sessionSql' | 'statements' | 'shardPlaces'
>;

/**
 * Opens what an application's connection is: a session, or, where it knows which node of a cluster has a number,
 * one at every node.
 *
 * @param onFailure told of each try in vain to open the session of one node again
 * @throws as openSession does
 */
export async function openConnection(
  plan: SessionPlan,
  onFailure: (error: ServerError) => void = () => {},
): Promise<Connection> {
  const { shardPlaces } = plan;
  if (shardPlaces === undefined) return openSession(plan);
  const plans = shardPlaces.urls.map((url) => ({ ...plan, url }));
  return new RoutedSession(
    await Promise.all(plans.map(openSession)),
    (phone) => nodeOf(shardPlaces, phone),
    (node, abandoned) => untilOpen(() => openSession(itemAt(plans, node)), abandoned, onFailure),
  );
}

/**
 * Opens a session as an application would: its settings made, its statements prepared. Through a pooler
 * that shares server processes it makes no settings, which others would get, and names no statements.
 *
 * @throws UserError when the server cannot be reached, or the connection breaks; Error when it refuses a
 *   statement.
 */
export async function openSession(plan: SessionPlan): Promise<ExtendedQuerySession> {
  const open = plan.pooled ? connectAsIs : connect;
  const name = plan.pooled ? pooledApplicationName : loadApplicationName;
  const url = await chooseServer(hostsOf(plan.url)); // anew each time: after a failover it is another
  const client = await open(url, name, newReadingSocket());
  for (const sql of plan.sessionSql) await client.query(sql);
  const session = new ExtendedQuerySession(client, plan.pooled ? 'unnamed' : 'named');
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
    if (answer.kind === 'error') throw new StatementRefused(answer);
    throw new UserError('the connection broke as the load was about to begin: run it again');
  }
  return session;
}

/** How long a statement may take that nobody waits for any more: it may wait for a lock, or for the disk. */
const lastStatementMs = 60_000;

/**
 * A statement that nobody waits for any more may still be committed: waits until no load's session is
 * left, and Ctrl-C ends the wait.
 *
 * @throws UserError that names a session which does not end
 */
export async function untilSessionsAreGone(client: pg.Client): Promise<void> {
  const deadlineMs = performance.now() + lastStatementMs;
  const sql = (await topologyOf(client)) === citus ? citusSql('load_sessions') : loadSessionsSql;
  const look = async (): Promise<number | undefined> => {
    const { rows } = await client.query<{ pid: number }>(sql, [
      loadApplicationName,
      pooledApplicationName,
    ]);
    return rows[0]?.pid;
  };
  for (let pid = await look(); pid !== undefined; pid = await look()) {
    if (wasInterrupted() || performance.now() > deadlineMs) {
      throw new UserError(
        `a session of the load (process ${pid}) is still at its last statement: let it end, or end it by ` +
          `select pg_terminate_backend(${pid}); the next load removes the rows of this one`,
      );
    }
    await delay(100);
  }
}

const loadSessionsSql = readSql(new URL('./sql/load_sessions.sql', import.meta.url));

/** Opens a connection in place of a lost one, trying again for as long as it takes; tells of each try in vain. */
export function reopenConnection(
  plan: SessionPlan,
  abandoned: () => boolean,
  onFailure: (error: ServerError) => void,
): Promise<Connection | undefined> {
  return untilOpen(() => openConnection(plan, onFailure), abandoned, onFailure);
}

async function untilOpen<T>(
  open: () => Promise<T>,
  abandoned: () => boolean,
  onFailure: (error: ServerError) => void,
): Promise<T | undefined> {
  for (let pauseMs = firstPauseMs; !abandoned(); pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await open();
    } catch (error) {
      onFailure(failureOf(error));
      await delay(pauseMs * (0.5 + Math.random()));
    }
  }
  return undefined;
}

/** What kept a session from being opened: the server's own word, or the system's without its paths. */
function failureOf(error: unknown): ServerError {
  const cause = error instanceof UserError ? error.cause : error;
  const sqlState = codeOf(cause) ?? 'no server';
  const fromServer = cause instanceof pg.DatabaseError || cause instanceof StatementRefused;
  return { sqlState, message: fromServer ? messageOf(cause) : 'no server could be reached' };
}
