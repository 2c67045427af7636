import type { Socket } from 'node:net';
import type pg from 'pg';
import { connectAsIs } from '../../db/connection/connect.ts';
import { withSession } from '../../db/connection/with-session.ts';
import { readSql } from '../../db/sql.ts';
import { pooledApplication } from '../database/reservation.ts';
import { commitsAreDurable } from '../environment/durability.ts';
import type { NamedStatement } from '../scenarios/prepared.ts';

/*
 * Pairs through a pooler in transaction mode. From one transaction to the next a session may get another
 * server process, and whoever gets the one that it had gets its settings, too: so nothing is set, nothing
 * is prepared, and each statement says in itself which arm it belongs to.
 */

/** A session as the pooler gives it. `socket` is what it goes through: see connect(). */
export function openPooled(poolerUrl: string, socket?: Socket): Promise<pg.Client> {
  return connectAsIs(poolerUrl, pooledApplication, socket);
}

/** Whether a commit through the pooler waits for the disk: what the lab's own sessions set is not there. */
export function pooledCommitsAreDurable(poolerUrl: string): Promise<boolean> {
  return withSession(openPooled(poolerUrl), commitsAreDurable);
}

const cancelLateSql = readSql(new URL('./sql/cancel_late_statements.sql', import.meta.url));

/**
 * Looks once in so many milliseconds for statements through the pooler that have run for longer, and cancels
 * them: their sessions cannot be given a time limit of their own.
 *
 * @param session at the server itself, used for nothing else meanwhile
 * @returns what ends the watch
 */
export function cancelLateStatements(session: pg.Client, longestMs: number): () => Promise<void> {
  let look: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    // a server that is gone is told of by the statements themselves
    look = session.query(cancelLateSql, [pooledApplication, longestMs]).catch(() => {});
  }, longestMs);
  return async () => {
    clearInterval(timer);
    await look;
  };
}

/** Ends with the transaction, as SET LOCAL does, which is for transactions that were begun by name. */
const notDurable = "select pg_catalog.set_config('synchronous_commit', 'off', true)";

/**
 * A statement that needs nothing of its session: unnamed, its tables named with their schemas. Where its
 * commit is not to wait for the disk, it is told so in its own transaction.
 *
 * @param schema of the arm's outbound_messages
 */
export function asPooled(
  { text }: NamedStatement,
  schema: string,
  durable: boolean,
): NamedStatement {
  const named = text
    .replaceAll(/\boutbound_messages\b/g, `${schema}.$&`)
    .replaceAll(/\b(?:delivery_reports|blocked_contacts)\b/g, 'public.$&');
  return { name: '', text: named, ...(durable ? {} : { first: notDurable }) };
}
