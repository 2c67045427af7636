import type pg from 'pg';
import { onlyRow } from '../connection/only-row.ts';

/** How many distinct profiles block a number in this database: three, until an operator says otherwise. */
export async function readBlockThreshold(client: pg.Client): Promise<number> {
  const answer = await client.query<{ threshold: number }>(
    'select public.opt_out_block_threshold() as threshold',
  );
  return onlyRow(answer).threshold;
}
