import type pg from 'pg';
import { requireSupportedVersion } from '../server/guard.ts';

/**
 * Gives a database or a role other defaults, by setting and value: those that the server knows and lets be set.
 * The sessions that are opened afterwards have them.
 */
export async function alterSettings(
  client: pg.Client,
  whose: 'database' | 'role',
  name: string,
  settings: Iterable<readonly [setting: string, value: string]>,
): Promise<void> {
  const major = await requireSupportedVersion(client);
  const { rows } = await client.query<{ name: string }>(
    'select lower(name) as name from pg_settings',
  );
  const known = new Set(rows.map((row) => row.name));
  for (const [setting, value] of settings) {
    if (!known.has(setting.toLowerCase())) continue; // a newer server's
    if (setting === 'standard_conforming_strings' && major >= 19) continue; // is on there, always
    await client.query(`alter ${whose} ${name} set ${setting} = '${value}'`);
  }
}
