import type pg from 'pg';

/** Does one thing in a session that is opened for it, and closes that whatever becomes of it. */
export async function withSession<T>(
  opened: Promise<pg.Client>,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await opened;
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
