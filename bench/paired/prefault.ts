import type pg from 'pg';
import { UserError } from '../../db/cli/errors.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { withSession } from '../../db/connection/with-session.ts';
import type { Design } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { allows } from '../../db/server/capabilities.ts';
import { readSql } from '../../db/sql.ts';
import { citus } from '../../db/topologies/topology.ts';
import { useExtension } from '../database/extension.ts';
import { hugePagesOf } from '../environment/huge-pages.ts';
import { lookupIndexes } from '../explain/lookup.ts';
import type { Method } from '../results/results.ts';

/*
 * PostgreSQL's processes map shared memory page by page, each for itself: the first statement that reads a
 * page pays for that. A session that has been open for long has mapped what its sends read.
 */

const sql = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));
const prefaultSql = sql('prefault');
const sizeOfIndexesSql = sql('size_of_indexes');

/** Larger indexes take a session longer to read than it is timed for … */
const mostBytes = 32 * 1024 ** 2;
/** … and where a page of memory has 2 MB and not 4 kB, there is little to map. */
const mostBytesInHugePages = 512 * 1024 ** 2;

/** What of a run says what its sessions have read before they are timed. */
interface Prefaulted {
  readonly method: Method;
  /** A pooler that what is timed goes through. */
  readonly pooler?: unknown;
}

/**
 * A run whose sessions have read the indexes of a design's lookup before they are timed, wherever they may.
 *
 * @param wanted what was said about it; undefined for nothing
 * @throws UserError saying what it takes, where it was asked for and cannot be
 */
export async function withPrefault<Options extends Prefaulted>(
  options: Options,
  wanted: boolean | undefined,
  lab: Pick<Lab, 'connect' | 'topology'>,
): Promise<Options> {
  if (wanted === false) return options;
  const reason = await whyNotPrefaulted(options, lab);
  if (reason !== undefined) {
    if (wanted === true) throw new UserError(`--prefault ${reason}`);
    return options;
  }
  const prefault = {
    prefault: 'indexes of the lookup',
    ...(wanted === true ? {} : { prefaultUpToBytes: await mostBytesOf(lab) }),
  } as const;
  return { ...options, method: { ...options.method, ...prefault } };
}

async function mostBytesOf(lab: Pick<Lab, 'connect'>): Promise<number> {
  const hugePages = await withSession(lab.connect(), hugePagesOf);
  return hugePages === 'on' ? mostBytesInHugePages : mostBytes;
}

async function whyNotPrefaulted(
  { pooler }: Prefaulted,
  lab: Pick<Lab, 'connect' | 'topology'>,
): Promise<string | undefined> {
  if (pooler !== undefined) return 'is not for a pooler, which changes sessions at will';
  if (lab.topology === citus) return 'is for one server, not for a cluster';
  if (await allows(lab, 'pgstattuple')) return undefined;
  return 'wants pgstattuple, which this role may not use here';
}

/**
 * Reads all pages of the indexes of a design's lookup in a session; nothing where the method says no, or where
 * they are larger than it says. Throws what the server throws.
 */
export async function prefaultLookup(
  admin: pg.Client,
  design: Pick<Design, 'folder'>,
  { prefault, prefaultUpToBytes = Number.POSITIVE_INFINITY }: Method,
): Promise<((session: pg.Client) => Promise<void>) | undefined> {
  if (prefault === undefined) return undefined;
  await useExtension(admin, 'pgstattuple');
  const indexes = await lookupIndexes(admin, design);
  const size = await admin.query<{ bytes: string }>(sizeOfIndexesSql, [indexes]);
  if (Number(onlyRow(size).bytes) > prefaultUpToBytes) return undefined;
  return async (session) => {
    await session.query(prefaultSql, [indexes]);
  };
}
