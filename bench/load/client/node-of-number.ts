import type { ShardPlaces } from '../../../db/topologies/citus/shard-places.ts';
import { hashBytesExtended } from '../../../seed/encode/hash-bytes.ts';

/** Which of the URLs has a number: by PostgreSQL's hashtext, as Citus spreads texts of collation "C". */
export function nodeOf({ shards }: Pick<ShardPlaces, 'shards'>, phone: string): number {
  const hash = hashText(phone);
  return shards.findLast(({ from }) => from <= hash)?.node ?? 0;
}

/** PostgreSQL's hashtext: the low half of hashtextextended with seed 0. */
export function hashText(text: string): number {
  return Number(BigInt.asIntN(32, hashBytesExtended(Buffer.from(text), 0n)));
}
