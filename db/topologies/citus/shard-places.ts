import type pg from 'pg';
import { atPlace } from './cluster.ts';
import { citusSql } from './statements.ts';

/** Where a cluster's shards are; plain data, so that it passes to a thread. */
export interface ShardPlaces {
  readonly urls: readonly string[];
  /** The first hash value of each shard, in order, and which of the URLs has it. */
  readonly shards: readonly { readonly from: number; readonly node: number }[];
}

/**
 * Asks the coordinator where the shards of the messages are now. One that moves later is found all the same:
 * every node passes on what is not its own.
 */
export async function readShardPlaces(client: pg.Client, url: string): Promise<ShardPlaces> {
  const { rows } = await client.query<{ from: number; host: string; port: number }>(
    citusSql('shard_places'),
  );
  const urlOf = ({ host, port }: (typeof rows)[number]): string => atPlace(url, host, port);
  const urls = [...new Set(rows.map(urlOf))];
  return { urls, shards: rows.map((row) => ({ from: row.from, node: urls.indexOf(urlOf(row)) })) };
}
