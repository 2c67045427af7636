import type pg from 'pg';
import { onlyRow } from './only-row.ts';

/** The server's process id of a session. Throws what the server throws. */
export async function backendPid(client: pg.Client): Promise<number> {
  return onlyRow(await client.query<{ pid: number }>('select pg_backend_pid() as pid')).pid;
}
