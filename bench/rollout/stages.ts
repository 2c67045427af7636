import type pg from 'pg';
import { onlyRow } from '../../db/connection/only-row.ts';
import { readSql } from '../../db/sql.ts';
import { clockMs } from '../load/client/clock.ts';
import type { Sample } from '../load/client/open-loop.ts';
import { thousandths } from '../stats/thousandths.ts';
import { watchPauses } from './generator-pause.ts';
import type { LockWatch } from './lock-watch.ts';
import type { RolloutSecond, RolloutSends, RolloutStage, ToldWait } from './results.ts';
import { type ToldWaits, withTableName } from './told-waits.ts';
import { type Traffic, trafficName } from './traffic.ts';

const derivedSql = readSql(new URL('./sql/derived.sql', import.meta.url));

/** Of a stage's waits so many are kept. */
const keptWaits = 5;

/** What the stages of a rollout are measured with. */
export interface Measuring {
  readonly owner: pg.Client;
  readonly traffic: Traffic;
  readonly watch: LockWatch;
  /** Absent where the server is not to be asked. */
  readonly told?: ToldWaits;
  /** clockMs() when the traffic began. */
  readonly startedMs: number;
}

/** A stage before it is known what the traffic met, and when it began and ended (clockMs). */
export interface MeasuredStage extends Omit<RolloutStage, 'sends'> {
  readonly beganMs: number;
  readonly endedMs: number;
}

/** Does one step while the traffic goes on. */
export async function measureStage(
  { owner, watch, told, startedMs }: Measuring,
  what: Pick<RolloutStage, 'name' | 'title' | 'round'>,
  work: () => Promise<string | undefined>,
): Promise<MeasuredStage> {
  const before = await derived(owner);
  watch.take();
  told?.take();
  const longestPauseMs = watchPauses();
  const beganMs = clockMs();
  const outcome = (await work()) ?? 'done';
  const endedMs = clockMs();
  const generatorPauseMs = longestPauseMs();
  const waits = watch.take();
  const toldWaits: ToldWait[] = [];
  for (const wait of told?.take().slice(0, keptWaits) ?? []) {
    toldWaits.push(await withTableName(owner, wait));
  }
  const after = await derived(owner);
  const waitsOf = (ofTraffic: boolean): RolloutStage['trafficWaits'] =>
    waits
      .filter(({ application }) => (application === trafficName) === ofTraffic)
      .slice(0, keptWaits)
      .map((wait) => ({ ...wait, heldBy: wait.heldBy ?? 'nobody any more' }));
  return {
    ...what,
    startS: (beganMs - startedMs) / 1_000,
    seconds: (endedMs - beganMs) / 1_000,
    trafficWaits: waitsOf(true),
    ...(told === undefined ? {} : { toldWaits }),
    ownWaits: waitsOf(false),
    walBytes: after.walBytes - before.walBytes,
    derivedBytes: after.sizeBytes,
    derivedDeadRows: after.deadRows,
    generatorPauseMs,
    outcome,
    beganMs,
    endedMs,
  };
}

/**
 * A stage with what the traffic met meanwhile. To look through the samples takes time in which nothing is sent,
 * so it is done when the traffic has ended.
 */
export function withSends(
  { beganMs, endedMs, ...stage }: MeasuredStage,
  samples: readonly Sample[],
): RolloutStage {
  return { ...stage, sends: sendsOf(samples, beganMs, endedMs) };
}

/** What was due between two moments, or was still waiting when the first came. */
export function sendsOf(samples: readonly Sample[], fromMs: number, untilMs: number): RolloutSends {
  const met = samples.filter(
    ({ dueMs, latencyMs }) => dueMs < untilMs && dueMs + latencyMs >= fromMs,
  );
  const sorted = met.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  const percentile = (share: number): number | null =>
    sorted.length * (1 - share) < 10 ? null : orNull(sorted[Math.ceil(sorted.length * share) - 1]);
  return {
    operations: met.length,
    refused: met.filter(({ refused }) => refused).length,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    longestMs: orNull(sorted.at(-1)),
  };
}

function orNull(ms: number | undefined): number | null {
  return ms === undefined ? null : thousandths(ms);
}

/** The traffic second by second, by when an operation was due. */
export function timelineOf(
  samples: readonly Sample[],
  startedMs: number,
): readonly RolloutSecond[] {
  const seconds = new Map<number, { operations: number; refused: number; longestMs: number }>();
  for (const { dueMs, latencyMs, refused } of samples) {
    const startS = Math.floor((dueMs - startedMs) / 1_000);
    const second = seconds.get(startS) ?? { operations: 0, refused: 0, longestMs: 0 };
    second.operations++;
    if (refused) second.refused++;
    second.longestMs = Math.max(second.longestMs, latencyMs);
    seconds.set(startS, second);
  }
  return [...seconds.entries()]
    .sort(([a], [b]) => a - b)
    .map(([startS, { longestMs, ...second }]) => ({
      startS,
      ...second,
      longestMs: thousandths(longestMs),
    }));
}

async function derived(
  client: pg.Client,
): Promise<{ readonly sizeBytes: number; readonly deadRows: number; readonly walBytes: number }> {
  const row = onlyRow(
    await client.query<{ sizeBytes: string; deadRows: string; walBytes: string }>(derivedSql),
  );
  return {
    sizeBytes: Number(row.sizeBytes),
    deadRows: Number(row.deadRows),
    walBytes: Number(row.walBytes),
  };
}
