import { existsSync } from 'node:fs';
import type pg from 'pg';
import { messageOf } from '../../db/cli/errors.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import type { Design } from '../../db/designs.ts';
import { itemAt } from '../../db/item-at.ts';
import { readSql } from '../../db/sql.ts';
import type { LookupPlan } from '../results/results.ts';
import { type ExplainedStatement, indexesOf, summarisePlan } from './plan-summary.ts';

const ownFile = 'lookup.sql';
const defaultLookup = new URL('./sql/lookup.sql', import.meta.url);

/** The statement that lookup.sql prepares. */
const prepared = 'optout_lab_lookup';

/** The lookup of a design's check, as a script that prepares it: the design's own, or the default's. */
export function lookupSql(design: Pick<Design, 'folder'>): string {
  const own = new URL(ownFile, design.folder);
  return readSql(existsSync(own) ? own : defaultLookup);
}

/** Explains the lookup that was prepared, with options such as "analyze". */
type Explain = (options: string) => Promise<ExplainedStatement>;

/** Prepares a lookup, with the generic plan on which a trigger's function settles. */
async function prepareLookup(client: pg.Client, sql: string, phone: string): Promise<Explain> {
  await client.query(sql);
  await client.query('set local plan_cache_mode = force_generic_plan');
  return async (options) => {
    const explained = await client.query<{ 'QUERY PLAN': readonly ExplainedStatement[] }>(
      `explain (${options}, format json) execute ${prepared} (${client.escapeLiteral(phone)})`,
    );
    return itemAt(onlyRow(explained)['QUERY PLAN'], 0);
  };
}

/** Does some work in a transaction that is rolled back; nothing that it prepares stays. */
async function leavingNothing<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    return await work();
  } finally {
    await client.query('rollback');
    await client.query('deallocate all');
  }
}

/**
 * Explains the lookup of a design by itself, for a server on which nobody sees into triggers, once to warm
 * up and once for the figures.
 *
 * @returns what was found, or why nothing was: the statement timed out, for instance
 */
export function explainLookup(
  client: pg.Client,
  design: Pick<Design, 'folder'>,
  phone: string,
  rowsOfTable: (table: string) => number | undefined,
): Promise<LookupPlan | { readonly missing: string }> {
  const sql = lookupSql(design);
  const options = 'analyze, buffers, verbose';
  return leavingNothing(client, async () => {
    try {
      const explain = await prepareLookup(client, sql, phone);
      await explain(options); // the first brings the pages and the catalog's entries
      const plan = await explain(options);
      return { sql, summary: summarisePlan(plan, rowsOfTable), plan };
    } catch (error) {
      return { missing: `the lookup could not be explained: ${messageOf(error)}` };
    }
  });
}

/** The indexes in the generic plan of a design's lookup; none where it reads whole tables. Throws what the server throws. */
export function lookupIndexes(
  client: pg.Client,
  design: Pick<Design, 'folder'>,
): Promise<readonly string[]> {
  return leavingNothing(client, async () => {
    const explain = await prepareLookup(client, lookupSql(design), '');
    return indexesOf(await explain('analyze off'));
  });
}
