import type { Estimate } from '../stats/estimate.ts';
import type { Environment, RelationSize } from './environment.ts';
import type { CapturedPlan } from './plans.ts';
import type { PgbenchResult, ScenarioResult, ServerSideCost } from './scenarios.ts';

export type * from './environment.ts';
export type * from './plans.ts';
export type * from './scenarios.ts';

/**
 * results.json: everything that a run measured, raw enough to recompute every figure from it.
 *
 * Reports and comparisons are functions of this file and need no database. The same shape as a
 * JSON schema: results.schema.json. `formatVersion` goes up when a reader of the older shape would
 * misread the newer one; a new optional field does not raise it.
 */
export const resultsFormatVersion = 2;

/** One run: scale × designs × scenarios. */
export interface Results {
  readonly formatVersion: typeof resultsFormatVersion;
  /** The folder under reports/. */
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** When it went on after an interruption; absent where it ran in one piece. */
  readonly resumedAt?: readonly string[];
  readonly commandLine: string;
  /** False where the run was interrupted or its time was up before everything was measured. */
  readonly complete: boolean;
  /** Designs for whose plans no time was left. */
  readonly notReached?: readonly string[];
  /** What the reader should know before believing a figure, one sentence each. */
  readonly warnings: readonly string[];
  readonly dataSet: DataSet;
  readonly method: Method;
  readonly environment: Environment;
  readonly designs: readonly DesignResult[];
  readonly indexProbe?: IndexProbeResult;
  /** The primary key of blocked_contacts as it is on disk, beside the model; absent in older runs. */
  readonly tree?: TreeShape;
  readonly sweep: readonly SweepPoint[];
  /** Lookups in tables of several sizes, in turns; absent without a sweep, and in older runs. */
  readonly scaling?: ScalingResult;
  /** Predicted cost drivers for N rows of blocked_contacts, to ten billion. */
  readonly model: readonly ModelPoint[];
  readonly plans: readonly CapturedPlan[];
  readonly pgbench: PgbenchResult;
}

/** What was in the database. */
export interface DataSet {
  /** tiny, small … or the number of messages as text. */
  readonly scale: string;
  readonly seed: number;
  readonly messages: number;
  readonly blockedContacts: number;
  readonly optOuts: number;
  readonly reports: number;
}

/** The rules of the measurement, fixed before it began. */
export interface Method {
  /** closed: the next statement starts when the last one ended. */
  readonly loop: 'closed';
  readonly order: 'shuffled pairs';
  readonly confidence: number;
  /** A scenario stops when the interval's half-width, as a share of the baseline, is this or less … */
  readonly wantedHalfWidth: number;
  /** … or when its part of this is up. */
  readonly secondsPerDesign: number;
  readonly minimumPairs: number;
  /** The interval is looked at after every so many pairs. */
  readonly pairsBetweenLooks: number;
  /** Of the attempts in the scenario `mixed`. */
  readonly blockedShare: number;
  readonly bootstrapResamples: number;
}

/** How a design fared before anything was timed. */
export type DesignStatus =
  | 'timed'
  | 'planned'
  | 'failed behaviours'
  | 'could not be built'
  | 'timed out';

/** One design. `scenarios` is empty unless `status` is `timed`; `planned` means checked, plans kept, not timed. */
export interface DesignResult {
  readonly name: string;
  readonly title: string;
  readonly idea: string;
  readonly chooseWhen: string;
  readonly costs: string;
  /** Tables and indexes that it keeps beside messages and reports, as it declares. */
  readonly keeps: readonly string[];
  readonly status: DesignStatus;
  /** Why, for every status but `timed` and `planned`. */
  readonly reason?: string;
  readonly behaviours: readonly BehaviourOutcome[];
  /** Building it over the data that was there; absent for the default design, which is the schema. */
  readonly buildMs?: number;
  /** Relations that exist for the check: its tables and indexes. */
  readonly sizes: readonly RelationSize[];
  readonly scenarios: readonly ScenarioResult[];
  readonly serverSide?: ServerSideCost;
}

/** One behaviour of db/conformance. */
export interface BehaviourOutcome {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not run';
  readonly reason?: string;
  /** The design declares that it cannot show this behaviour, so failing is no surprise. */
  readonly declared?: boolean;
  readonly durationMs: number;
}

/** What no design can beat: bare index probes, very many in one statement. */
export interface IndexProbeResult {
  readonly probes: number;
  readonly nsPerProbe: Estimate;
  readonly buffersPerProbe: number;
  readonly blockedContacts: number;
}

/** How a lookup grows with the rows of blocked_contacts: all sizes side by side, their blocks in turns. */
export interface ScalingResult {
  /** Blocks of each size. */
  readonly rounds: number;
  readonly lookupsPerBlock: number;
  readonly sizes: readonly ScalingSize[];
}

/** One size. */
export interface ScalingSize {
  readonly rows: number;
  /** By the model. */
  readonly predictedBuffers: number;
  /** In PL/pgSQL, as the trigger does it. */
  readonly lookup: ScalingFigures;
  /** Of the index alone, without PL/pgSQL. */
  readonly probe: ScalingFigures;
}

/** Nanoseconds each, client and statement included, and the ratio to the smallest size in the same round. */
export interface ScalingFigures {
  readonly ns: Estimate;
  readonly ratio: Estimate;
}

/** One size of a sweep. */
export interface SweepPoint {
  readonly messages: number;
  readonly blockedContacts: number;
  readonly seedSeconds: number;
  readonly indexProbeNs: number;
  readonly tree: TreeShape;
  readonly designs: readonly SweepDesign[];
}

/** One design at one size of a sweep. */
export interface SweepDesign {
  readonly name: string;
  readonly status: DesignStatus;
  readonly reason?: string;
  readonly buildMs?: number;
  readonly sizeBytes: number;
  /** Server side: the check alone, one row. */
  readonly checkNsPerRow?: Estimate;
  readonly bulkNsPerRow?: Estimate;
  readonly buffersPerCheck?: number;
  /** Ratio of one row a transaction, not durable, with its interval. */
  readonly ratio?: Estimate;
}

/** A btree as it is on disk. */
export interface TreeShape {
  readonly index: string;
  readonly sizeBytes: number;
  /** Levels above the leaves: bt_metap's `level`; absent without pageinspect. */
  readonly level?: number;
  /** Predicted from page geometry for the same number of rows. */
  readonly predictedLevel: number;
  readonly predictedSizeBytes: number;
}

/** The model for one number of rows. */
export interface ModelPoint {
  readonly rows: number;
  readonly level: number;
  readonly buffersPerProbe: number;
  readonly sizeBytes: number;
  /** Levels above the leaves stay in memory; bytes they need. */
  readonly innerBytes: number;
}
