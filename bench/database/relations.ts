import type pg from 'pg';
import { readSql } from '../../db/sql.ts';
import { citusSql } from '../../db/topologies/citus/statements.ts';
import { citus, topologyOf } from '../../db/topologies/topology.ts';
import type { RelationSize } from '../results/results.ts';

const relationSizesSql = readSql(new URL('./sql/relation_sizes.sql', import.meta.url));

/** Sizes and estimated row counts of the tables and indexes of schema public; of a cluster's, tables with their indexes. */
export async function relationSizes(client: pg.Client): Promise<readonly RelationSize[]> {
  const { rows } = await client.query<{
    name: string;
    kind: 'table' | 'index';
    table: string;
    sizeBytes: string;
    rows: number;
  }>((await topologyOf(client)) === citus ? citusSql('relation_sizes') : relationSizesSql);
  return rows.map((row) => ({ ...row, sizeBytes: Number(row.sizeBytes), rows: Number(row.rows) }));
}

/** How many rows each table of the schema has, by the planner's estimate; undefined for any other. */
export async function rowsOfTables(
  client: pg.Client,
): Promise<(table: string) => number | undefined> {
  const sizes = await relationSizes(client);
  return (table) => sizes.find(({ name }) => name === table)?.rows;
}
