import { performance } from 'node:perf_hooks';
import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { formatBytes, formatCount, formatSeconds } from '../cli/number-text.ts';
import { onlyRow } from '../connection/only-row.ts';
import { queryCanceled } from '../sqlstates.ts';
import type { Mapping } from './mapping.ts';
import { render, template } from './render.ts';
import { schemaFunctions } from './source.ts';
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

/** How much of the reports is read, to tell how many are opt-outs. */
const sampleBytes = 64 * 1024 ** 2;

/** The longest that a sample may take. */
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
    const found = await client.query<{ line: string; stops: boolean }>(query('obstacles'));
    const lines = (stops: boolean): readonly string[] =>
      found.rows.filter((row) => row.stops === stops).map(({ line }) => line);
    const obstacles = lines(true);
    const notes = lines(false);
    if (obstacles.length > 0) return { obstacles, notes, facts: [] };

    const messages = await sizeOf(client, query('sizes', { 'sized table': values['messages'] }));
    const reports = await sizeOf(client, query('sizes', { 'sized table': values['reports'] }));
    const facts = [
      `${values['messages']}: ${messages.words}`,
      `${values['reports']}: ${reports.words}`,
      `what is made: tables opt_outs, blocked_contacts and opt_ins and ${schemaFunctions().length} functions in ${values['schema']}, an index of ${values['reports']}, six triggers, and the schema opt_out_adoption`,
      `the check: design ${values['design']}, ${values['design title']}`,
      ...(await aboutBackfill(client, query, reports.tableBytes)),
    ];
    return { obstacles, notes, facts };
  } finally {
    await client.query('rollback');
  }
}

async function sizeOf(
  client: pg.Client,
  query: string,
): Promise<{ readonly words: string; readonly tableBytes: number }> {
  const found = onlyRow(
    await client.query<{ rows: string | null; table_bytes: string; bytes: string }>(query),
  );
  const rows =
    found.rows === null ? 'never analysed' : `about ${formatCount(Number(found.rows))} rows`;
  return {
    words: `${rows}, ${formatBytes(Number(found.bytes))} with indexes`,
    tableBytes: Number(found.table_bytes),
  };
}

/** About how many opt-outs there are to record, what they will take, and how long that may take. */
async function aboutBackfill(
  client: pg.Client,
  query: (name: string, more?: object) => string,
  tableBytes: number,
): Promise<readonly string[]> {
  const percent = Math.min(100, (100 * sampleBytes) / Math.max(1, tableBytes));
  await client.query(`set local statement_timeout = ${sampleMs}`);
  try {
    const sampled = onlyRow(
      await client.query<{ reports: number; opt_outs: number }>(
        query('sample_reports', { percent: String(percent) }),
      ),
    );
    if (sampled.opt_outs === 0) {
      return [`none of ${formatCount(sampled.reports)} reports that were read is an opt-out`];
    }
    const optOuts = (sampled.opt_outs * 100) / percent;
    const began = performance.now();
    const read = onlyRow(
      await client.query<{ reports: number; number_bytes: number }>(query('sample_opt_outs')),
    );
    const seconds = (performance.now() - began) / 1000;
    return [
      `opt-outs: about ${formatCount(optOuts)} reports, by ${formatCount(sampled.reports)} that were read; at most ${formatBytes(optOuts * bytesPerOptOut(read.number_bytes))} in opt_outs with its indexes`,
      `the backfill: to read ${formatCount(read.reports)} of them with their messages took ${formatSeconds(seconds)}; at that pace ${formatSeconds((seconds * optOuts) / Math.max(1, read.reports))} for all, and several times as long to write them (an estimate, not a measurement)`,
    ];
  } catch (error) {
    if (codeOf(error) !== queryCanceled) throw error;
    return [
      `the backfill: no estimate, for to read a sample of the reports takes longer than ${sampleMs / 1000} s`,
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
