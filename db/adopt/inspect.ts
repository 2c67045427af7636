import { performance } from 'node:perf_hooks';
import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { formatBytes, formatCount, formatSeconds } from '../cli/number-text.ts';
import { onlyRow } from '../connection/only-row.ts';
import { queryCanceled } from '../sqlstates.ts';
import type { Mapping } from './mapping.ts';
import { render, template } from './render.ts';
import { valuesOf } from './values.ts';

/** What a mapping meets in a database, in sentences. */
export interface Inspection {
  /** What stops the adoption. */
  readonly obstacles: readonly string[];
  /** What is there, what would be made, and about how long that takes; empty where something stops it. */
  readonly facts: readonly string[];
  /** What is good to know. */
  readonly notes: readonly string[];
}

/** The longest that the sample of opt-outs may take. */
const sampleMs = 10_000;

/**
 * Looks at a database as the adoption would find it, in one transaction that reads only.
 *
 * @param client a session with nothing under way, whose transaction this is
 */
export async function inspect(client: pg.Client, mapping: Mapping): Promise<Inspection> {
  const values = valuesOf(mapping);
  const query = (name: string, more = {}): string => render(template(name), { ...values, ...more });
  await client.query('begin transaction isolation level repeatable read read only');
  try {
    await client.query('set local search_path = pg_catalog, pg_temp');
    const found = await client.query<{ line: string; stops: boolean }>(
      `${query('obstacles')} order by 1`,
    );
    const lines = (stops: boolean): readonly string[] =>
      found.rows.filter((row) => row.stops === stops).map(({ line }) => line);
    const obstacles = lines(true);
    const notes = lines(false);
    if (obstacles.length > 0) return { obstacles, notes, facts: [] };

    const facts: string[] = [];
    for (const name of ['messages', 'reports']) {
      const sized = onlyRow(
        await client.query<{ rows: string; bytes: string }>(
          query('sizes', { 'sized table': values[name] }),
        ),
      );
      facts.push(
        `${values[name]}: about ${formatCount(Number(sized.rows))} rows, ${formatBytes(Number(sized.bytes))} with indexes`,
      );
    }
    facts.push(...(await aboutBackfill(client, query)));
    return { obstacles, notes, facts };
  } finally {
    await client.query('rollback');
  }
}

/** How many opt-outs there are to record, what they will take, and how long reading them takes. */
async function aboutBackfill(
  client: pg.Client,
  query: (name: string) => string,
): Promise<readonly string[]> {
  const plan = onlyRow(
    await client.query<{ 'QUERY PLAN': readonly [{ Plan: { 'Plan Rows': number } }] }>(
      query('count_opt_outs'),
    ),
  );
  const reports = plan['QUERY PLAN'][0].Plan['Plan Rows'];
  const facts = [
    `about ${formatCount(reports)} of the reports are opt-outs (the planner's estimate)`,
  ];
  await client.query(`set local statement_timeout = ${sampleMs}`);
  try {
    const began = performance.now();
    const sample = onlyRow(
      await client.query<{ reports: number; number_bytes: number }>(query('sample_opt_outs')),
    );
    const seconds = (performance.now() - began) / 1000;
    if (sample.reports === 0) return [...facts, 'none was found: the backfill has nothing to do'];
    const share = Math.max(1, reports / sample.reports);
    return [
      ...facts,
      `opt_outs: at most ${formatBytes(reports * bytesPerOptOut(sample.number_bytes))} with its indexes`,
      `the backfill: reading ${formatCount(sample.reports)} of them took ${formatSeconds(seconds)} here; at that pace all take ${formatSeconds(seconds * share)}, and writing them some times as long (an estimate)`,
    ];
  } catch (error) {
    if (codeOf(error) !== queryCanceled) throw error;
    return [
      ...facts,
      `the backfill: no estimate; reading the first of them took longer than ${sampleMs / 1000} s`,
    ];
  }
}

/**
 * Bytes of an opt-out in its table and two indexes: a heap row has 28 of header and pointer, an index entry 12,
 * each is aligned to 8, and leaf pages of random keys are two thirds full.
 */
function bytesPerOptOut(numberBytes: number): number {
  const idBytes = 16;
  const ordinalBytes = 4;
  const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;
  const phone = numberBytes + 1;
  const entries = 24 + aligned(phone + idBytes) + aligned(phone + ordinalBytes);
  return 28 + aligned(phone + idBytes + ordinalBytes) + entries * 1.5;
}
