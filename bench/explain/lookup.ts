import { existsSync } from 'node:fs';
import type pg from 'pg';
import { messageOf } from '../../db/cli/errors.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import type { Design } from '../../db/designs.ts';
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

/**
 * Explains the lookup of a design by itself, for a server on which nobody sees into triggers: with the
 * generic plan on which a trigger's function settles, once to warm up and once for the figures.
 *
 * @returns what was found, or why nothing was: the statement timed out, for instance
 */
export async function explainLookup(
  client: pg.Client,
  design: Pick<Design, 'folder'>,
  phone: string,
  rowsOfTable: (table: string) => number | undefined,
): Promise<LookupPlan | { readonly missing: string }> {
  const sql = lookupSql(design);
  const execute = `execute ${prepared} (${client.escapeLiteral(phone)})`;
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('set local plan_cache_mode = force_generic_plan');
    const explain = async (): Promise<ExplainedStatement> => {
      const { rows } = await client.query<{ 'QUERY PLAN': readonly ExplainedStatement[] }>(
        `explain (analyze, buffers, verbose, format json) ${execute}`,
      );
      const [explained] = onlyRow({ rows })['QUERY PLAN'];
      if (explained === undefined) throw new Error('EXPLAIN gave no plan');
      return explained;
    };
    await explain(); // the first brings the pages and the catalog's entries
    const plan = await explain();
    return { sql, summary: summarisePlan(plan, rowsOfTable), plan };
  } catch (error) {
    return { missing: `the lookup could not be explained: ${messageOf(error)}` };
  } finally {
    await client.query('rollback');
    await client.query('deallocate all');
  }
}

/** The indexes in the generic plan of a design's lookup; none where it reads whole tables. Throws what the server throws. */
export async function lookupIndexes(
  client: pg.Client,
  design: Pick<Design, 'folder'>,
): Promise<readonly string[]> {
  await client.query('begin');
  try {
    await client.query(lookupSql(design));
    await client.query('set local plan_cache_mode = force_generic_plan');
    const explained = await client.query<{ 'QUERY PLAN': readonly ExplainedStatement[] }>(
      `explain (format json) execute ${prepared} ('')`,
    );
    return onlyRow(explained)['QUERY PLAN'].flatMap(indexesOf);
  } finally {
    await client.query('rollback');
    await client.query('deallocate all');
  }
}
