import type pg from 'pg';
import { codeOf, messageOf } from '../../db/cli/errors.ts';
import { closing } from '../../db/connection/closing.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { LockHeldError } from '../../db/connection/wait-for-lock.ts';
import type { Design } from '../../db/designs.ts';
import { readSql } from '../../db/sql.ts';
import { queryCanceled } from '../../db/sqlstates.ts';
import { keptRelations } from '../database/build-design.ts';
import { benchBody } from '../database/reservation.ts';
import type { Workbench } from '../database/workbench.ts';
import type { CapturedPlan, PlanSummary, ServerSideCost } from '../results/results.ts';
import { createDraw } from '../scenarios/draw.ts';
import { bootstrapMedian } from '../stats/bootstrap.ts';
import type { Estimate } from '../stats/estimate.ts';
import { seededRandom, seedFor, shuffled } from '../stats/random.ts';
import { evict, readIntoBuffers } from './buffer-cache.ts';

const loopsSql = readSql(new URL('./sql/server_loops.sql', import.meta.url));

/** Which loop, how many rows a time. */
const loops = {
  oneByOne: { function: 'insert_one_by_one', rows: 200 },
  atOnce: { function: 'insert_at_once', rows: 1_000 },
} as const;

/** The first pair only warms up. A design that reads whole tables takes its time with few of them. */
const fewestPairs = 3;
const mostPairs = 200;

/** However short the time: a loop's statement has many rows, and a machine may be busy. */
const shortestTimeoutSeconds = 2;

/** How many cold probes: each follows an eviction. */
const coldProbes = 40;

/**
 * What the check costs a row without a client: the same loop in the server with and without it, in
 * alternating order, rolled back each time.
 *
 * @param plan what the check reads, as its captured plan or its lookup says: evicted for the cold figure
 */
export async function measureServerSide(
  bench: Workbench,
  design: Design,
  plan: Pick<CapturedPlan, 'summary' | 'lookup'> | undefined,
  secondsAllowed: number,
): Promise<ServerSideCost> {
  const checkPlan = plan?.summary ?? plan?.lookup?.summary;
  const notes: string[] = [];
  const timeoutSeconds = Math.max(shortestTimeoutSeconds, Math.ceil(secondsAllowed));
  const open = async (): Promise<pg.Client> => {
    const opened = await bench.reservation.openClient(design);
    await opened.query(loopsSql);
    await opened.query(`set statement_timeout = '${timeoutSeconds}s'`);
    return opened;
  };
  const [client, other] = [await open(), await open()];
  return closing(async (defer) => {
    for (const session of [other, client]) defer(() => session.end().catch(() => {}));
    defer(() => bench.reservation.change((admin) => admin.query(design.checkOnSql)));
    const warmUp = async (): Promise<void> => {
      const kept = await keptRelations(bench.reservation.admin, design);
      const left = await readIntoBuffers(bench.reservation.admin, kept);
      if (left.length > 0) notes.push(`too large to be warmed: ${left.join(', ')}`);
    };
    const share = secondsAllowed / 3;
    const attempt = async <T>(what: string, measure: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await measure();
      } catch (error) {
        if (error instanceof LockHeldError) throw error;
        await client.query('rollback').catch(() => {});
        notes.push(
          codeOf(error) === queryCanceled
            ? `${what}: a statement took longer than ${timeoutSeconds} s`
            : `${what}: ${messageOf(error)}`,
        );
        return undefined;
      }
    };
    await attempt('warm up', warmUp);
    const one = await attempt('one by one', () =>
      pairedLoop(bench, design, client, 'oneByOne', share),
    );
    // by its defer the check is on again
    if (one === undefined) return { ...buffersOf(plan), notes };
    const bulk = await attempt('at once', () => pairedLoop(bench, design, client, 'atOnce', share));
    await bench.reservation.change((admin) => admin.query(design.checkOnSql));
    const self = await attempt('track_functions', () => functionSelfNs(bench, client));
    const cold =
      checkPlan === undefined
        ? undefined
        : await attempt('cold', () => coldCost(bench, client, other, checkPlan, one, share));
    if (cold !== undefined) await attempt('warm up again', warmUp); // what follows is warm
    return {
      nsPerRow: one,
      ...(bulk === undefined ? {} : { bulkNsPerRow: bulk }),
      ...(self === undefined ? {} : { functionSelfNs: self }),
      ...(cold === undefined ? {} : { coldNs: cold }),
      ...buffersOf(plan),
      notes,
    };
  });
}

/** What one check touches, or its lookup by itself: never the one under the name of the other. */
function buffersOf(
  plan: Pick<CapturedPlan, 'summary' | 'lookup'> | undefined,
): Pick<ServerSideCost, 'buffersPerCheck' | 'lookupBuffers'> {
  if (plan?.summary !== undefined) return { buffersPerCheck: plan.summary.buffers };
  return plan?.lookup === undefined ? {} : { lookupBuffers: plan.lookup.summary.buffers };
}

async function pairedLoop(
  bench: Workbench,
  design: Design,
  client: pg.Client,
  kind: keyof typeof loops,
  seconds: number,
): Promise<Estimate> {
  const order = seededRandom(seedFor(bench.seed, `server side ${kind} order`));
  const differences: number[] = [];
  const deadlineMs = performance.now() + seconds * 1_000;
  const { rows } = loops[kind];
  const outOfTime = (): boolean => performance.now() >= deadlineMs;
  for (let pair = 0; pair < fewestPairs || (pair < mostPairs && !outOfTime()); pair++) {
    const ns = { treatment: 0, control: 0 };
    for (const arm of shuffled(['treatment', 'control'] as const, order)) {
      const switchSql = arm === 'treatment' ? design.checkOnSql : design.checkOffSql;
      await bench.reservation.change((admin) => admin.query(switchSql));
      const seed = seedFor(bench.seed, `server side ${kind} ${pair}`);
      await runLoop(bench, client, kind, seed, 20); // plans after the switch, caches
      ns[arm] = await runLoop(bench, client, kind, seed, rows);
    }
    if (pair > 0) differences.push((ns.treatment - ns.control) / rows);
  }
  const random = seededRandom(seedFor(bench.seed, `server side ${kind} bootstrap`));
  return bootstrapMedian(differences, { random });
}

/** Nanoseconds of the whole loop, whose rows are rolled back. */
async function runLoop(
  bench: Workbench,
  client: pg.Client,
  kind: keyof typeof loops,
  seed: number,
  rows: number,
): Promise<number> {
  const draw = createDraw(bench.dataSet, seed);
  await client.query('begin');
  try {
    const timed = await client.query<{ ns: string }>(
      `select pg_temp.${loops[kind].function}($1, $2, $3) as ns`,
      [draw.profiles(rows), draw.unblocked(rows), benchBody],
    );
    return Number(onlyRow(timed).ns);
  } finally {
    await client.query('rollback');
  }
}

/** Time in the check's own functions a call, as the server counts it. Adds the counting's own cost. */
async function functionSelfNs(bench: Workbench, client: pg.Client): Promise<number | undefined> {
  await client.query("set track_functions = 'all'");
  try {
    const before = await functionTimes(client);
    await runLoop(bench, client, 'oneByOne', 1, loops.oneByOne.rows);
    const after = await functionTimes(client);
    const ms = after.selfMs - before.selfMs;
    return after.calls === before.calls ? undefined : (ms * 1e6) / loops.oneByOne.rows;
  } finally {
    await client.query('reset track_functions');
  }
}

async function functionTimes(client: pg.Client): Promise<{ calls: number; selfMs: number }> {
  await client.query('select pg_stat_force_next_flush()');
  const answer = await client.query<{ calls: string; self_time: number }>(
    `select coalesce(sum(calls), 0) as calls, coalesce(sum(self_time), 0) as self_time
     from pg_stat_user_functions
     where schemaname = 'public' and funcname <> 'uuidv7'`,
  );
  const counted = onlyRow(answer);
  return { calls: Number(counted.calls), selfMs: counted.self_time };
}

/**
 * One check after its tables and indexes were thrown out of shared buffers (the operating system's
 * cache keeps them), plus the warm cost: the time of one insert after an eviction minus that of one
 * after an eviction that another session made good, so that this one was idle for as long in both.
 */
async function coldCost(
  bench: Workbench,
  client: pg.Client,
  other: pg.Client,
  checkPlan: PlanSummary,
  warm: Estimate,
  seconds: number,
): Promise<Estimate> {
  const deadlineMs = performance.now() + seconds * 1_000;
  const relations = [...checkPlan.indexes, ...checkPlan.relations];
  const extra: number[] = [];
  const order = seededRandom(seedFor(bench.seed, 'cold order'));
  for (
    let probe = 0;
    probe < coldProbes && (probe < 6 || performance.now() < deadlineMs);
    probe++
  ) {
    const seed = seedFor(bench.seed, `cold ${probe}`);
    const ns = { cold: 0, warm: 0 };
    for (const state of shuffled(['cold', 'warm'] as const, order)) {
      await evict(bench.reservation.admin, bench.major, relations);
      if (state === 'warm') await runLoop(bench, other, 'oneByOne', seed, 1);
      ns[state] = await runLoop(bench, client, 'oneByOne', seed, 1);
    }
    extra.push(ns.cold - ns.warm + warm.value);
  }
  const random = seededRandom(seedFor(bench.seed, 'cold bootstrap'));
  return bootstrapMedian(extra, { random });
}
