import type pg from 'pg';
import { readSql } from '../../db/sql.ts';
import { citus } from '../../db/topologies/topology.ts';
import { useExtension } from '../database/extension.ts';
import type { BenchReservation } from '../database/reservation.ts';
import type { TreeShape } from '../results/results.ts';
import { predictTree } from './btree-model.ts';

const treeShapeSql = readSql(new URL('./sql/tree_shape.sql', import.meta.url));

/** The primary key of blocked_contacts as it is on disk, beside the model's prediction. */
export async function readTreeShape(
  { admin, topology }: Pick<BenchReservation, 'admin' | 'topology'>,
  rows: number,
): Promise<TreeShape> {
  const index = 'blocked_contacts_pkey';
  const predicted = predictTree(rows);
  // pageinspect is for superusers, and what has the name on a cluster is empty
  const measured =
    topology === citus ? undefined : await measure(admin, index).catch(() => undefined);
  return {
    index,
    ...measured,
    predictedLevel: predicted.level,
    predictedSizeBytes: predicted.sizeBytes,
  };
}

async function measure(
  admin: pg.Client,
  index: string,
): Promise<{ level: number; sizeBytes: number } | undefined> {
  await useExtension(admin, 'pageinspect');
  const { rows } = await admin.query<{ level: string; sizeBytes: string }>(treeShapeSql, [index]);
  const row = rows[0];
  return row && { level: Number(row.level), sizeBytes: Number(row.sizeBytes) };
}
