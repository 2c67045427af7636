import type pg from 'pg';

/** Makes an extension available in the lab's own schema. Throws where the role may not. */
export async function useExtension(admin: pg.Client, name: string): Promise<void> {
  await admin.query(`create extension if not exists ${name} schema optout_lab`);
}
