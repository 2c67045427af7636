import type pg from 'pg';
import { UserError } from '../../db/cli/errors.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { useExtension } from '../database/extension.ts';
import type { RelationSize } from '../results/results.ts';

/** Throws relations out of shared buffers; the operating system's cache keeps them. PostgreSQL 17 and later. */
export async function evict(
  admin: pg.Client,
  major: number,
  relations: readonly string[],
): Promise<void> {
  if (major < 17) throw new UserError('the server is older than 17 and cannot evict');
  await useExtension(admin, 'pg_buffercache');
  if (major >= 18) {
    await admin.query(
      `select optout_lab.pg_buffercache_evict_relation(to_regclass('public.' || quote_ident(name)))
       from unnest($1::text[]) as name`,
      [relations],
    );
    return;
  }
  await admin.query(
    `select optout_lab.pg_buffercache_evict(b.bufferid)
     from optout_lab.pg_buffercache as b
     join unnest($1::text[]) as wanted (name)
       on b.relfilenode = pg_relation_filenode(to_regclass('public.' || quote_ident(wanted.name)))
     where b.reldatabase = (select oid from pg_database where datname = current_database())`,
    [relations],
  );
}

/**
 * Reads relations into shared buffers, the small ones first, as far as half of the buffers hold them:
 * a load or an index build leaves them on disk, and a draw of random numbers would need thousands of
 * statements to touch every page.
 *
 * @returns the names of those that there is no room for
 */
export async function readIntoBuffers(
  admin: pg.Client,
  relations: readonly Pick<RelationSize, 'name' | 'sizeBytes'>[],
): Promise<readonly string[]> {
  await useExtension(admin, 'pg_prewarm');
  const answer = await admin.query<{ bytes: string }>(
    "select pg_size_bytes(current_setting('shared_buffers')) / 2 as bytes",
  );
  let room = Number(onlyRow(answer).bytes);
  const left: string[] = [];
  for (const { name, sizeBytes } of relations.toSorted((a, b) => a.sizeBytes - b.sizeBytes)) {
    room -= sizeBytes;
    if (room < 0) left.push(name);
    else {
      await admin.query(
        "select optout_lab.pg_prewarm(to_regclass('public.' || quote_ident($1)), 'buffer')",
        [name],
      );
    }
  }
  return left;
}
