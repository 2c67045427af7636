import type pg from 'pg';
import { onlyRow } from '../connection/only-row.ts';

/** The smallest uuid of version 7 of a millisecond: ids of a time lie between two of these. */
export function firstIdOf(unixMs: number): string {
  const hex = Math.max(0, Math.floor(unixMs)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/**
 * A uuid of version 7 of a day before the server's clock: no id that uuidv7() gives from now on is
 * below it, also where the clock is set back meanwhile.
 */
export async function idBoundary(client: pg.Client): Promise<string> {
  const { id } = onlyRow(await client.query<{ id: string }>('select uuidv7() as id'));
  const hex = id.replaceAll('-', '');
  return firstIdOf(Number.parseInt(hex.slice(0, 12), 16) - 24 * 3_600_000);
}
