import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../db/cli/errors.ts';
import { closing } from '../../db/connection/closing.ts';
import type { Design } from '../../db/designs.ts';
import { itemAt } from '../../db/item-at.ts';
import { pgbenchVersion, runPgbench } from '../../db/pgbench-process.ts';
import { readSql } from '../../db/sql.ts';
import { benchApplication, benchBody } from '../database/reservation.ts';
import type { Workbench } from '../database/workbench.ts';
import { placeSessions, startSessionsPlacer } from '../paired/pin-sessions.ts';
import type { Placer } from '../paired/placer.ts';
import { timeSlice } from '../paired/time-slice.ts';
import type { PgbenchComparison, PgbenchResult } from '../results/results.ts';
import { createDraw } from '../scenarios/draw.ts';
import { insertCalls } from '../scenarios/single-row.ts';
import { median } from '../stats/median.ts';
import { seededRandom, seedFor, shuffled } from '../stats/random.ts';

/** Blocks of each client: they alternate, as the arms of a pair do. */
const rounds = 5;

/** Transactions of a block: as many as fit into a second, within these. */
const transactions = { most: 2_000, least: 10 } as const;

/**
 * The same insert through pgbench and through our own closed loop, in alternating blocks: how far is
 * the client that we measure with from one written in C? Where the run keeps its sessions on one processor
 * at the server's side, both stay there: a session beside its client answers in half the time.
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
  const medians = { pgbench: [] as number[], ours: [] as number[] };
  const samples = { pgbench: 0, ours: 0 };
  await closing(async (defer) => {
    const client = await bench.reservation.openClient(design);
    defer(() => client.end());
    if (!durable) await client.query('set synchronous_commit = off');
    const placer = bench.method.placement === undefined ? undefined : startSessionsPlacer();
    if (placer !== undefined) {
      defer(() => placer.close());
      await placeSessions(placer, [client]);
    }
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
    const pgbench = { url, folder, script, durable, perBlock, phone, profile, placer };
    const blocks = { ours: () => ownBlock(perBlock), pgbench: () => timePgbench(bench, pgbench) };
    const order = seededRandom(seedFor(bench.seed, 'pgbench order'));
    for (let round = 0; round < rounds; round++) {
      for (const who of shuffled(['pgbench', 'ours'] as const, order)) {
        const latenciesNs = await blocks[who]();
        medians[who].push(median(latenciesNs));
        samples[who] += latenciesNs.length;
        await bench.reservation.removeMade(design, []);
      }
    }
  });
  const ours = median(medians.ours);
  const theirs = median(medians.pgbench);
  return {
    scenario: durable ? 'insert-durable' : 'insert-not-durable',
    design: design.name,
    arm: 'treatment',
    pgbenchP50Ns: theirs,
    pgbenchSamples: samples.pgbench,
    oursP50Ns: ours,
    oursSamples: samples.ours,
    ratio: ours / theirs,
  };
}

/** One run of pgbench. */
interface PgbenchBlock {
  readonly url: string;
  readonly folder: string;
  readonly script: string;
  readonly durable: boolean;
  readonly perBlock: number;
  readonly phone: string;
  readonly profile: string;
  /** Puts its session where ours is; undefined: the system puts either. */
  readonly placer: Placer | undefined;
}

/** Latency of each transaction that it began once its session was in its place, in nanoseconds, from pgbench's own log. */
async function timePgbench(bench: Workbench, block: PgbenchBlock): Promise<readonly number[]> {
  const { url, folder, script, durable, perBlock, phone, profile, placer } = block;
  const before = placer === undefined ? [] : await sendingSessions(bench);
  const args = [
    '--no-vacuum',
    '--protocol=prepared',
    '--client=1',
    '--jobs=1',
    `--transactions=${perBlock}`,
    '--log',
    `--log-prefix=${join(folder, 'latency')}`,
    `--file=${script}`,
    `--define=phone=${phone}`,
    `--define=profile=${profile}`,
    `--define=body=${benchBody}`,
  ];
  const ended = runPgbench(url, args, {
    applicationName: benchApplication,
    settings: durable ? {} : { synchronous_commit: 'off' },
  });
  const placedMs = placer === undefined ? 0 : await placeSender(bench, placer, before, ended);
  await ended;
  const logs = readdirSync(folder).filter((file) => file.startsWith('latency'));
  const lines = logs.flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'));
  for (const file of logs) rmSync(join(folder, file));
  return lines.flatMap((line) => {
    // client, transaction, latency in µs, script, and when it ended: seconds since 1970, and µs
    const [, , latency = NaN, , second = NaN, micros = NaN] = line.split(' ').map(Number);
    const beganMs = second * 1_000 + (micros - latency) / 1_000;
    return beganMs < placedMs ? [] : [latency * 1_000];
  });
}

/**
 * Puts the session by which pgbench sends in its place, as soon as there is one.
 *
 * @returns when it was there, in milliseconds since 1970; 0 where pgbench ended before
 */
async function placeSender(
  bench: Workbench,
  placer: Placer,
  before: readonly number[],
  ended: Promise<unknown>,
): Promise<number> {
  let hasEnded = false;
  const note = (): void => {
    hasEnded = true;
  };
  ended.then(note, note); // why it failed is told to who waits for it
  while (!hasEnded) {
    const own = (await sendingSessions(bench)).filter((pid) => !before.includes(pid));
    if (own.length === 0) continue;
    await placer.place(own);
    return Date.now();
  }
  return 0;
}

/** pgbench opens another session before the one that it sends by. */
async function sendingSessions({ reservation }: Workbench): Promise<readonly number[]> {
  const { rows } = await reservation.admin.query<{ pid: number }>(
    readSql(new URL('./sql/sending_sessions.sql', import.meta.url)),
    [benchApplication],
  );
  return rows.map(({ pid }) => pid);
}
