import type pg from 'pg';
import { messageOf } from '../../db/cli/errors.ts';
import { applyDesign, type Design, defaultDesignName, whyNotHere } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { MigrationError } from '../../db/schema/dbmate.ts';
import type { RelationSize } from '../results/results.ts';
import { relationSizes } from './relations.ts';
import type { BenchReservation } from './reservation.ts';

/** Longest that one statement of a design's building may take: a fact table is read and sorted once or twice. */
const statementSeconds = 1_200;

/** A design in place, or why it is not. */
export type BuiltDesign =
  | {
      readonly state: 'built';
      /** Absent for the default design, which is the schema. */
      readonly buildMs?: number;
      /** What exists for the check: the tables and indexes that the design declares to keep. */
      readonly sizes: readonly RelationSize[];
    }
  | { readonly state: 'could not be built'; readonly reason: string };

/** Builds a design over the data that is there, timed, and settles the tables. */
export async function buildDesign(
  lab: Pick<Lab, 'url'>,
  reservation: BenchReservation,
  design: Design,
): Promise<BuiltDesign> {
  const { admin } = reservation;
  const missing = await whyNotHere(admin, design);
  if (missing !== undefined) return { state: 'could not be built', reason: missing };
  const startedMs = performance.now();
  try {
    await applyDesign(lab.url, admin, design, statementSeconds * 1_000);
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    const reason = messageOf(error);
    return {
      state: 'could not be built',
      reason: /statement timeout/.test(reason)
        ? `a statement of its building took longer than ${statementSeconds} s`
        : reason,
    };
  }
  const buildMs = Math.round(performance.now() - startedMs);
  // visibility map, hint bits and statistics in order, so that no statement that is timed has to do it
  await reservation.change(() => admin.query('vacuum'));
  const sizes = await keptRelations(admin, design);
  const tables = new Set(sizes.map(({ table }) => admin.escapeIdentifier(table)));
  if (tables.size > 0) {
    await reservation.change(() => admin.query(`analyze ${[...tables].join(', ')}`));
  }
  return { state: 'built', sizes, ...(design.name === defaultDesignName ? {} : { buildMs }) };
}

/** The tables and indexes that a design declares to keep. */
export async function keptRelations(
  admin: pg.Client,
  design: Design,
): Promise<readonly RelationSize[]> {
  return (await relationSizes(admin)).filter(
    ({ name, table }) => design.keeps.includes(name) || design.keeps.includes(table),
  );
}
