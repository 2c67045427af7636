import type pg from 'pg';
import { onlyRow } from '../connection/only-row.ts';
import { refusal } from '../contract.ts';
import { internalError } from '../sqlstates.ts';
import { citusSql } from './citus/statements.ts';

/** What a database's shape decides: its schema, its designs, and how a statement names a row. */
export interface Topology {
  readonly name: 'one server' | 'Citus';
  /** Where its migrations are, and where its designs. */
  readonly migrations: URL;
  readonly designs: URL;
  /** Whether a report names its message's number beside its id. */
  readonly reportsNameNumber: boolean;
  /** Whether a contact can opt in again (public.opt_in). */
  readonly optIns: boolean;
  /** The SQLSTATEs that a refusal of many rows may have: by COPY, or INSERT … SELECT. */
  readonly bulkRefusals: readonly string[];
}

/** One PostgreSQL: what every database is that is not spread over several. */
export const oneServer: Topology = {
  name: 'one server',
  migrations: new URL('../migrations/', import.meta.url),
  designs: new URL('../designs/', import.meta.url),
  reportsNameNumber: false,
  optIns: true,
  bulkRefusals: [refusal.sqlState],
};

/** Tables spread over the nodes of a Citus cluster by phone number. */
export const citus: Topology = {
  name: 'Citus',
  migrations: new URL('./citus/migrations/', import.meta.url),
  designs: new URL('./citus/designs/', import.meta.url),
  reportsNameNumber: true,
  optIns: false,
  bulkRefusals: [refusal.sqlState, internalError],
};

const hasCitusSql = citusSql('has_citus');
const hasLocalTablesSql = citusSql('has_local_tables');

/**
 * The topology of a database: Citus where the extension is there. A schema of one server that is in such
 * a database already stays one.
 */
export async function topologyOf(client: pg.Client): Promise<Topology> {
  if (!onlyRow(await client.query<{ found: boolean }>(hasCitusSql)).found) return oneServer;
  const local = onlyRow(await client.query<{ found: boolean }>(hasLocalTablesSql)).found;
  return local ? oneServer : citus;
}
