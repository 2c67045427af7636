import type pg from 'pg';
import { onlyRow } from '../../db/connection/only-row.ts';
import { defaultDesignName, designNamed } from '../../db/designs.ts';
import { itemAt } from '../../db/item-at.ts';
import { readSql } from '../../db/sql.ts';
import type { BenchReservation } from '../database/reservation.ts';
import type { ScalingResult } from '../results/results.ts';
import type { BenchDataSet } from '../scenarios/blocked-contacts.ts';
import { createDraw } from '../scenarios/draw.ts';
import { bootstrapMedian } from '../stats/bootstrap.ts';
import { seededRandom, seedFor, shuffled } from '../stats/random.ts';
import { predictTree } from './btree-model.ts';
import { probePlannerSettings, timed } from './index-probe.ts';

const sql = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));

/** Lookups in one block: some tens of milliseconds. */
const lookupsPerBlock = 5_000;

/** The first of the rounds only warms up. */
const rounds = 61;

/** Beyond the data set's own blocked numbers, made-up ones: this many times as many. */
const beyond = 5;

/** What is timed: a lookup as the trigger does it, or a bare probe of the index. */
const kinds = ['lookup', 'probe'] as const;
type Kind = (typeof kinds)[number];

/**
 * How a lookup in blocked_contacts grows with its rows. Tables of all sizes stand side by side in one
 * server, and their blocks alternate in random order: a machine that becomes slower in between slows
 * all sizes alike, and the ratio of two blocks of one round stays what it is. (Sizes that are seeded
 * one after another are minutes apart, and differ by what the machine did meanwhile.)
 *
 * @param sizes rows, ascending; what the data set lacks is made up
 */
export async function measureScaling(
  reservation: BenchReservation,
  dataSet: BenchDataSet,
  { seed, sizes }: { readonly seed: number; readonly sizes: readonly number[] },
): Promise<ScalingResult> {
  const client = await reservation.openClient(designNamed(defaultDesignName));
  try {
    await client.query(sql('scaling_tables'));
    const rows: number[] = [];
    for (const [number, wanted] of sizes.entries()) rows.push(await build(client, number, wanted));
    for (const setting of probePlannerSettings) await client.query(`set ${setting}`);
    const times = await timeInTurns(client, dataSet, seed, sizes.length);
    const random = seededRandom(seedFor(seed, 'scaling bootstrap'));
    return {
      rounds: rounds - 1,
      lookupsPerBlock,
      sizes: rows.map((held, number) => {
        const figures = (kind: Kind) => {
          const own = itemAt(times[kind], number);
          const smallest = itemAt(times[kind], 0);
          const ratios = own.map((ns, round) => ns / itemAt(smallest, round));
          return {
            ns: bootstrapMedian(own, { random }),
            ratio: bootstrapMedian(ratios, { random }),
          };
        };
        return {
          rows: held,
          predictedBuffers: predictTree(held).buffersPerProbe,
          lookup: figures('lookup'),
          probe: figures('probe'),
        };
      }),
    };
  } finally {
    await client.query('drop schema if exists optout_lab_scaling cascade').catch(() => {});
    await client.end();
  }
}

/** The rows of blocked_contacts at each size of a sweep, and beyond the last. */
export function scalingSizes(blockedContacts: readonly number[]): readonly number[] {
  const last = itemAt(blockedContacts, blockedContacts.length - 1);
  return [...blockedContacts, last * beyond].filter((rows) => rows > 0);
}

async function build(client: pg.Client, number: number, wanted: number): Promise<number> {
  const answer = await client.query<{ held: string }>(
    'select optout_lab_scaling.build($1, $2) as held',
    [number, wanted],
  );
  await client.query(`vacuum (analyze) optout_lab_scaling.blocked_${number}`);
  return Number(onlyRow(answer).held);
}

/** Nanoseconds a lookup: by kind, size and round. */
async function timeInTurns(
  client: pg.Client,
  dataSet: BenchDataSet,
  seed: number,
  sizes: number,
): Promise<Readonly<Record<Kind, readonly (readonly number[])[]>>> {
  const texts = { lookup: sql('scaling_lookup'), probe: sql('scaling_probe') };
  const empty = (): number[][] => Array.from({ length: sizes }, () => []);
  const times = { lookup: empty(), probe: empty() };
  const order = seededRandom(seedFor(seed, 'scaling order'));
  const draw = createDraw(dataSet, seedFor(seed, 'scaling draw'));
  const blocks = kinds.flatMap((kind) =>
    Array.from({ length: sizes }, (_, number) => ({ kind, number })),
  );
  for (let round = 0; round < rounds; round++) {
    const phones = draw.unblocked(lookupsPerBlock);
    for (const { kind, number } of shuffled(blocks, order)) {
      const text = texts[kind].replaceAll('blocked_0', `blocked_${number}`);
      const ns = await timed(client, { name: `${kind} ${number}`, text, values: [phones] });
      if (round > 0) itemAt(times[kind], number).push(ns / lookupsPerBlock);
    }
  }
  return times;
}
