import { join } from 'node:path';
import { projectDir } from '../../../db/cli/project-dir.ts';
import { itemAt } from '../../../db/item-at.ts';
import { readLoad } from '../../load/results/read-load.ts';
import type { Failover, LoadResults, Soak } from '../../load/results/results.ts';
import { rolloutFormatVersion } from '../../rollout/format-version.ts';
import type { RolloutResults, RolloutStage } from '../../rollout/results.ts';
import { syntheticEnvironment } from './synthetic-environment.ts';

/** A load of the committed reference. */
export function referenceLoad(name: 'load-campaign' | 'load-ramp' | 'load-pgbench'): LoadResults {
  return readLoad(join(projectDir, 'reports/reference', name));
}

/** The reference's ramp with the check on. */
export function referenceRamp(): LoadResults {
  const both = referenceLoad('load-ramp');
  return {
    ...both,
    trials: both.trials.filter(({ check }) => check !== 'off'),
    ramps: both.ramps.filter(({ check }) => check !== 'off'),
  };
}

/** A ramp that was made with the check on and again with it off, which kept every rate a tenth higher. */
export function syntheticRamps(): LoadResults {
  const on = referenceRamp();
  const more = (rate: number): number => Math.round(rate * 1.1);
  return {
    ...on,
    runId: 'ramps',
    trials: [
      ...on.trials,
      ...on.trials.map((trial) => ({
        ...trial,
        check: 'off' as const,
        rate: trial.rate === 'max' ? trial.rate : more(trial.rate),
        donePerSecond: trial.donePerSecond === null ? null : more(trial.donePerSecond),
      })),
    ],
    ramps: [
      ...on.ramps,
      ...on.ramps.map((ramp) => ({
        ...ramp,
        check: 'off' as const,
        highestRate: ramp.highestRate === null ? null : more(ramp.highestRate),
        lowestMiss: ramp.lowestMiss === null ? null : more(ramp.lowestMiss),
        rates: ramp.rates.map((tried) => ({ ...tried, rate: more(tried.rate) })),
        finding: 'as with the check, a tenth higher',
      })),
    ],
  };
}

/** Two failovers, each with a short load, a checkpoint that outlasts it and a broken connection. */
export function syntheticFailovers(): LoadResults {
  const load = referenceLoad('load-campaign');
  const trial = itemAt(load.trials, 0);
  const failover = (killedS: number): Failover => ({
    replication: 'sync',
    standbyDelayMs: 0,
    killedS,
    promotedS: killedS + 0.3,
    refusedS: killedS + 0.4,
    acceptedS: killedS + 0.45,
    answeredS: killedS + 0.7,
    unreplicated: { messages: 0, reports: 0 },
    lost: { messages: [], reports: [], optOuts: [], blocks: [] },
    wronglyAccepted: 0,
    ok: true,
    differences: [],
  });
  const short = {
    ...trial,
    plannedS: 5,
    latency: { ...trial.latency, all: { ...trial.latency.all, p99Ms: null } },
    errors: {
      lost: { answers: 16, connecting: 0, failed: 0, message: 'the connection broke' },
    },
    intervals: trial.intervals.slice(0, 7).map((interval) => ({
      ...interval,
      // the last two have only the server’s own work in them
      ...(interval.startS < 5 ? {} : { latencyBins: [], p50Ms: null, p99Ms: null }),
      server: { ...interval.server, checkpointing: interval.startS > 2 },
    })),
  };
  const failovers = [failover(2), failover(3)];
  return { ...load, runId: 'failovers', trials: [short, short], failovers };
}

/** A soak of two minutes, in which one figure grows without a known cause. */
export function syntheticSoak(): LoadResults {
  const load = referenceLoad('load-campaign');
  const trial = itemAt(load.trials, 0);
  const soak: Soak = {
    everyS: 1,
    warmUpS: 20,
    events: [
      { name: 'checkpoint', startS: 10, endS: 11, note: 'asked for' },
      { name: 'threshold', startS: 30, endS: 51, note: '4 instead of 3' },
    ],
    samples: Array.from({ length: 120 }, (_, atS) => ({
      atS,
      generator: { residentBytes: 2e8 + atS * 1e5, descriptors: 79 },
      server: { residentBytes: 8e7, sharedBytes: 1.9e8, descriptors: 700 + atS, processes: 20 },
      deadRows: 100 * atS,
      relations: { outbound_messages: 1e8 + 1e4 * atS, opt_outs: 1.7e7 },
    })),
    growth: [
      {
        name: 'dead rows',
        unit: 'rows',
        first: 27_584,
        last: 2_770,
        perHour: { value: -796_000, low: -2_960_000, high: 1_370_000 },
        verdict: 'flat',
      },
      {
        name: 'open files of the server',
        unit: 'files',
        first: 720,
        last: 791,
        perHour: { value: 2_730, low: 1_980, high: 3_470 },
        verdict: 'grows',
        cause: 'not known',
      },
    ],
    memory: { earlyS: 30, earlyBytes: 2e8, lateS: 118, lateBytes: 2.1e8, ratio: 1.05 },
  };
  return { ...load, runId: 'soak', trials: [{ ...trial, soak }] };
}

/** A rollout whose backfill kept a send waiting. */
export function syntheticRollout(): RolloutResults {
  const stage = (name: string, startS: number, longestMs: number): RolloutStage => ({
    name,
    title: 'what this step of the rollout does to the database',
    startS,
    seconds: 2,
    sends: { operations: 400, refused: 3, p50Ms: 4, p99Ms: null, longestMs },
    trafficWaits: [],
    ownWaits: [],
    walBytes: 345_000,
    derivedBytes: 40_960,
    derivedDeadRows: 0,
    outcome: 'done',
  });
  return {
    formatVersion: rolloutFormatVersion,
    kind: 'rollout',
    startedAt: '2026-03-01T10:00:00.000Z',
    finishedAt: '2026-03-01T10:01:00.000Z',
    commandLine: 'npm run bench:rollout -- --scale tiny',
    scale: 'tiny',
    messages: 10_000,
    optOuts: 2_700,
    ratePerSecond: 200,
    clients: 8,
    stages: [stage('calm', 0, 60), stage('backfill', 4, 493), stage('all at once', 24, 48)],
    timeline: Array.from({ length: 28 }, (_, startS) => ({
      startS,
      operations: 200,
      refused: 1,
      longestMs: 20 + 17 * startS,
    })),
    naiveAloneSeconds: 0.576,
    checks: [{ check: 'after the switch every number is refused', ok: true, found: '210 of 210' }],
    goals: [
      { goal: 'the longest wait for a lock is at most 100 ms', reached: '27 ms', ok: true },
      { goal: 'the backfill takes at most 1.5 times as long', reached: '2.1 s', ok: false },
    ],
    environment: syntheticEnvironment(),
  };
}
