import type pg from 'pg';
import type { PairedMethod } from '../database/workbench.ts';
import {
  type ProcessorShares,
  processorShares,
  processorTimes,
} from '../environment/processors.ts';
import type { Arm } from '../results/results.ts';
import type { ArmWork, Scenario } from '../scenarios/scenario.ts';
import { type Random, seedFor } from '../stats/random.ts';
import { type Arms, armNames, schemaOf, takeArm } from './arms/arms.ts';
import type { LoadMeter } from './client-load.ts';
import { countersBetween, readCounters, type ServerCounters } from './counters.ts';
import { mostWarmupMs, type Pacing, warmupCalls } from './pacing.ts';
import type { PairReservation, Places } from './places.ts';
import { asPooled } from './pooled.ts';
import { type ArmSamples, timeSlice } from './time-slice.ts';

/** What pairs are measured with, whatever the tables are called. `D` is what the scenarios draw from. */
export interface PairBench<D> {
  readonly reservation: PairReservation;
  readonly major: number;
  readonly seed: number;
  readonly method: PairedMethod;
  readonly blockThreshold: number;
  readonly blockedShare: number;
  /** Where the sessions that are timed go, if through a pooler in transaction mode. */
  readonly poolerUrl?: string | undefined;
  /** performance.now() when the run began. */
  readonly runStartedMs: number;
  /** What one slice draws from, the same for the same seed. */
  draw(seed: number): D;
}

/** What a slice is made from. */
export interface SliceTask<D> {
  readonly bench: PairBench<D>;
  readonly places: Places;
  readonly scenario: Scenario<D>;
  readonly arms: Arms;
  readonly pacing: Pacing;
  /** Numbers of the sessions and of the slice in them; the first sessions only warm up. */
  readonly sessions: number;
  readonly slice: number;
  readonly swapped: boolean;
  readonly order: Random;
  readonly load: LoadMeter;
  readonly timeoutMs: number;
  /** The server's counters as the slice begins. */
  readonly before: ServerCounters;
}

/** Sessions that are kept for some slices: one for each client in either arm. */
export interface ArmSessions {
  /** Those of an arm; others where the arms are swapped. */
  of(arm: Arm, swapped: boolean): readonly pg.Client[];
  readonly all: readonly pg.Client[];
}

/** One slice as it was measured. */
export interface MeasuredSlice {
  readonly sessions: number;
  readonly swapped: boolean;
  readonly warmup: boolean;
  /** Since the run began. */
  readonly startedMs: number;
  readonly durationMs: number;
  readonly samples: Partial<Record<Arm, ArmSamples>>;
  readonly counted: ServerCounters;
  readonly processors: Partial<ProcessorShares>;
  /** The server's counters as it ended. */
  readonly after: ServerCounters;
}

/** Gives the sessions their arms, prepares and warms up both, and times them statement by statement. */
export async function measureSlice<D>(
  task: SliceTask<D>,
  sessions: ArmSessions,
  willMake: (phones: readonly string[]) => void,
): Promise<MeasuredSlice> {
  const { bench, scenario, arms, pacing, swapped, load } = task;
  const { turnsPerSlice } = pacing;
  const names = armNames(arms);
  const warmup = warmupCalls(scenario);
  const work: Partial<Record<Arm, ArmWork>> = {};
  for (const arm of names) {
    const clients = sessions.of(arm, swapped);
    if (bench.poolerUrl === undefined) {
      for (const client of clients) await takeArm(client, arms, arm);
    }
    const prepared = await prepareArm(task, arm, clients, warmup + turnsPerSlice);
    willMake(prepared.phones ?? []);
    const untilMs = performance.now() + mostWarmupMs;
    for (let call = 0; call < warmup && performance.now() < untilMs; call++) {
      await Promise.all(prepared.calls.map((one) => one()));
    }
    work[arm] = prepared;
  }
  const processorsBefore = processorTimes();
  const startedMs = performance.now();
  load.resume();
  const samples = await timeSlice(
    Object.fromEntries(names.map((arm) => [arm, work[arm]?.calls])),
    turnsPerSlice,
    task.order,
  );
  load.pause(turnsPerSlice * names.length * scenario.clients);
  const durationMs = performance.now() - startedMs;
  const processors = processorShares(processorsBefore, processorTimes());
  const after = await readCounters(bench.reservation.admin, bench.major, sessions.all);
  return {
    sessions: task.sessions,
    swapped,
    warmup: task.sessions === 0,
    startedMs: startedMs - bench.runStartedMs,
    durationMs,
    samples,
    counted: countersBetween(task.before, after),
    processors,
    after,
  };
}

async function prepareArm<D>(
  { bench, places, scenario, arms, sessions, slice, timeoutMs }: SliceTask<D>,
  arm: Arm,
  clients: readonly pg.Client[],
  calls: number,
): Promise<ArmWork> {
  const { admin, topology } = places[arm].reservation;
  const seed = seedFor(bench.seed, `${scenario.name} ${sessions} ${slice}`);
  // a slow design's preparations are statements too, and must end as those that are timed do
  await admin.query(`set statement_timeout = ${timeoutMs}`);
  try {
    return await scenario.prepare({
      // in two places both do what is measured, each with its own check
      arm: scenario.control === 'another place' ? 'treatment' : arm,
      clients,
      asSent: (statement) =>
        bench.poolerUrl === undefined
          ? statement
          : asPooled(statement, schemaOf(arms, arm), scenario.durable),
      calls,
      admin,
      topology,
      draw: bench.draw(seed),
      blockThreshold: bench.blockThreshold,
      blockedShare: bench.blockedShare,
    });
  } finally {
    await admin.query('set statement_timeout = 0');
  }
}
