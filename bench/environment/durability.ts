import type pg from 'pg';
import { readSql } from '../../db/sql.ts';
import type { Environment } from '../results/environment.ts';

const commitsAreDurableSql = readSql(new URL('./sql/commits_are_durable.sql', import.meta.url));

/** Whether a commit of this session waits until it is on the disk. */
export async function commitsAreDurable(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ durable: boolean }>(commitsAreDurableSql);
  return rows[0]?.durable === true;
}

/** What it means where one of these is off. */
const meanings: Readonly<Record<string, string>> = {
  fsync:
    'no commit waits for the disk and none here is called durable; a power cut may ruin the database',
  synchronous_commit:
    'commits do not wait for the disk and none here is called durable; a crash loses the last of them',
  full_page_writes:
    'commits write less than those of a server that is safe; a power cut may leave half-written pages',
};

/** What a reader must know of a server that keeps its commits less safe than PostgreSQL does by default. */
export function durabilityWarnings({ server }: Pick<Environment, 'server'>): readonly string[] {
  return server.changedSettings
    .filter(({ name, value }) => value === 'off' && name in meanings)
    .map(({ name }) => `${name} is off on the server: ${meanings[name]}.`);
}
