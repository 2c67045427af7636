import type pg from 'pg';
import { currentDesign } from '../../db/designs.ts';
import { readSql } from '../../db/sql.ts';
import { tableNames } from '../data-set/data-set.ts';

/** What a load left undone: keys not validated, triggers off, definitions not put back; in words. */
export async function findUnsound(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ finding: string }>(
    readSql(new URL('./sql/soundness.sql', import.meta.url)),
    [tableNames, (await currentDesign(client)).notValidated],
  );
  return rows.map(({ finding }) => finding);
}
