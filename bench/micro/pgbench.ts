import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../db/cli/errors.ts';
import type { Design } from '../../db/designs.ts';
import { itemAt } from '../../db/item-at.ts';
import { pgbenchVersion, runPgbench } from '../../db/pgbench-process.ts';
import { benchApplication, benchBody } from '../database/reservation.ts';
import type { Workbench } from '../database/workbench.ts';
import { timeSlice } from '../paired/time-slice.ts';
import type { PgbenchComparison, PgbenchResult } from '../results/results.ts';
import { createDraw } from '../scenarios/draw.ts';
import { insertCalls } from '../scenarios/single-row.ts';
import { median } from '../stats/median.ts';
import { seededRandom, seedFor, shuffled } from '../stats/random.ts';

/** Blocks of each client: they alternate, as the arms of a pair do. */
const rounds = 5;

/** Transactions of a block: as many as fit into a second, within these. */
const transactions = { most: 500, least: 10 } as const;

/**
 * The same insert through pgbench and through our own closed loop, in alternating blocks: how far is
 * the client that we measure with from one written in C?
 */
export async function comparePgbench(
  bench: Workbench,
  url: string,
  design: Design,
): Promise<PgbenchResult> {
  const version = pgbenchVersion();
  if (version === undefined) return { state: 'absent', reason: 'no pgbench on this machine' };
  const folder = mkdtempSync(join(tmpdir(), 'optout-pgbench-'));
  try {
    const comparisons: PgbenchComparison[] = [];
    for (const durable of [true, false]) {
      const comparison = await compare(bench, url, design, folder, durable);
      // A block in which a busy machine left one of the two without latencies compares nothing.
      if (Number.isFinite(comparison.ratio)) comparisons.push(comparison);
    }
    if (comparisons.length === 0) {
      return { state: 'absent', reason: 'pgbench and the lab were not both timed' };
    }
    return { state: 'measured', version, comparisons };
  } catch (error) {
    return { state: 'absent', reason: messageOf(error) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await bench.reservation.removeMade(design, []);
  }
}

async function compare(
  bench: Workbench,
  url: string,
  design: Design,
  folder: string,
  durable: boolean,
): Promise<PgbenchComparison> {
  const draw = createDraw(bench.dataSet, seedFor(bench.seed, 'pgbench draw'));
  const phone = itemAt(draw.unblocked(1), 0);
  const profile = itemAt(draw.profiles(1), 0);
  const script = join(folder, 'insert.sql');
  writeFileSync(
    script,
    'insert into outbound_messages (profile_id, to_number, body)\nvalues (:profile, :phone, :body);\n',
  );
  const client = await bench.reservation.openClient(design);
  if (!durable) await client.query('set synchronous_commit = off');
  const { calls } = insertCalls({ clients: [client], draw, asSent: (statement) => statement }, [
    phone,
  ]);
  const alone = seededRandom(0); // one arm alone has no order to draw
  const ownBlock = async (executions: number): Promise<Float64Array> => {
    const { treatment } = await timeSlice({ treatment: calls }, executions, alone);
    if (treatment === undefined) throw new Error('a block of one arm has no samples');
    return treatment.turnsNs;
  };
  await ownBlock(transactions.least); // to warm up
  const usualNs = median(await ownBlock(transactions.least));
  const perBlock = Math.min(
    transactions.most,
    Math.max(transactions.least, Math.floor(1e9 / usualNs)),
  );
  const medians = { pgbench: [] as number[], ours: [] as number[] };
  let ourSamples = 0;
  const order = seededRandom(seedFor(bench.seed, 'pgbench order'));
  for (let round = 0; round < rounds; round++) {
    for (const who of shuffled(['pgbench', 'ours'] as const, order)) {
      if (who === 'pgbench') {
        const latencies = await timePgbench(url, folder, script, durable, perBlock, {
          phone,
          profile,
        });
        medians.pgbench.push(median(latencies));
      } else {
        const latenciesNs = await ownBlock(perBlock);
        medians.ours.push(median(latenciesNs));
        ourSamples += latenciesNs.length;
      }
      await bench.reservation.removeMade(design, []);
    }
  }
  await client.end();
  const ours = median(medians.ours);
  const theirs = median(medians.pgbench);
  return {
    scenario: durable ? 'insert-durable' : 'insert-not-durable',
    design: design.name,
    arm: 'treatment',
    pgbenchP50Ns: theirs,
    pgbenchSamples: rounds * perBlock,
    oursP50Ns: ours,
    oursSamples: ourSamples,
    ratio: ours / theirs,
  };
}

/** Latency of each transaction, in nanoseconds, from pgbench's own log. */
async function timePgbench(
  url: string,
  folder: string,
  script: string,
  durable: boolean,
  perBlock: number,
  values: { readonly phone: string; readonly profile: string },
): Promise<readonly number[]> {
  const args = [
    '--no-vacuum',
    '--protocol=prepared',
    '--client=1',
    '--jobs=1',
    `--transactions=${perBlock}`,
    '--log',
    `--log-prefix=${join(folder, 'latency')}`,
    `--file=${script}`,
    `--define=phone=${values.phone}`,
    `--define=profile=${values.profile}`,
    `--define=body=${benchBody}`,
  ];
  await runPgbench(url, args, {
    applicationName: benchApplication,
    settings: durable ? {} : { synchronous_commit: 'off' },
  });
  const logs = readdirSync(folder).filter((file) => file.startsWith('latency'));
  const lines = logs.flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'));
  for (const file of logs) rmSync(join(folder, file));
  return lines.map((line) => Number(line.split(' ')[2]) * 1_000);
}
