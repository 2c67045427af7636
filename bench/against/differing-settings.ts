import type pg from 'pg';
import { readSql } from '../../db/sql.ts';
import type { DifferingSetting } from './results.ts';

const serverSettingsSql = readSql(new URL('./sql/server_settings.sql', import.meta.url));

/**
 * The settings in which two servers differ, by name; a server of another version may not know one. An extension's
 * are told where both know them: whether a session has loaded it is not the server's doing.
 */
export async function differingSettings(
  treatment: pg.Client,
  control: pg.Client,
): Promise<readonly DifferingSetting[]> {
  const [ours, theirs] = [await settingsOf(treatment), await settingsOf(control)];
  const names = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  return names.flatMap((name) => {
    const [is, other] = [ours.get(name), theirs.get(name)];
    if (is === other) return [];
    if (name.includes('.') && (is === undefined || other === undefined)) return [];
    return [
      {
        name,
        ...(is === undefined ? {} : { treatment: is }),
        ...(other === undefined ? {} : { control: other }),
      },
    ];
  });
}

async function settingsOf(client: pg.Client): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; value: string }>(serverSettingsSql);
  return new Map(rows.map(({ name, value }) => [name, value]));
}
