// What was timed: the part of results.json (results.ts) about scenarios.
import type { Estimate } from '../stats/estimate.ts';
import type { Percentiles } from '../stats/histogram.ts';

/** Which half of a pair: with the check, or with nothing but the check switched off. */
export type Arm = 'treatment' | 'control';

/** One scenario of one design. All times are for one statement, of `rowsPerStatement` rows. */
export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  /** What one sample is: `statement` of this many rows. */
  readonly rowsPerStatement: number;
  readonly clients: number;
  /** Whether each transaction waits for the disk (synchronous_commit). */
  readonly durable: boolean;
  /** `paired` scenarios have both arms; `single` ones (a refusal, which no control can give) only `check`. */
  readonly kind: 'paired' | 'single';
  /** What the control arm is; `check off twice` tries the method on itself and should find nothing. */
  readonly control: 'check off' | 'check off twice' | 'other statement' | 'none';
  readonly statement: string;
  readonly blocks: readonly Block[];
  /** Absent for `single`. */
  readonly paired?: PairedFigure;
  readonly arms: readonly ArmSummary[];
  readonly client: ClientLoad;
  readonly stoppedBecause:
    | 'precise enough'
    | 'time is up'
    | 'a statement timed out'
    | 'it failed'
    | 'single arm';
  /** The server's reason, where it failed: a COPY into a view, for instance. */
  readonly failure?: string;
}

/** A short stretch of one arm. The unit of all statistics. */
export interface Block {
  readonly order: number;
  /** Blocks with the same number are one pair. */
  readonly pair: number;
  readonly arm: Arm;
  /** Since the run began. */
  readonly startedMs: number;
  readonly durationMs: number;
  readonly samples: number;
  readonly medianNs: number;
  readonly meanNs: number;
  readonly p95Ns: number;
  readonly maxNs: number;
  /** Left out of the figures because the median had not settled. */
  readonly warmup: boolean;
  readonly walBytes: number;
  readonly walRecords: number;
  readonly fullPageImages: number;
  /** Checkpoints that began or ended during the block. */
  readonly checkpoints: number;
  /** Autovacuum or analyze runs on the measured tables, which ought to be none. */
  readonly autovacuums: number;
}

/** The median of per-pair ratios and differences of block medians, with bootstrap intervals over pairs. */
export interface PairedFigure {
  readonly pairs: number;
  /** Check over control. */
  readonly ratio: number;
  readonly ratioLow: number;
  readonly ratioHigh: number;
  /** Check minus control, for one row. */
  readonly differenceNsPerRow: number;
  readonly differenceLowNsPerRow: number;
  readonly differenceHighNsPerRow: number;
  /** Median of the control blocks' medians, for one statement. */
  readonly baselineNs: number;
  /** Half of ratioHigh - ratioLow. */
  readonly halfWidth: number;
  /** False: the interval includes 1, the arms could not be told apart. */
  readonly resolved: boolean;
  /** Whether the half-width that was wanted was reached. */
  readonly preciseEnough: boolean;
}

/** All unhidden samples of one arm, warm-up left out. */
export interface ArmSummary {
  readonly arm: Arm;
  readonly samples: number;
  readonly percentiles: Percentiles;
  /** HdrHistogram V2, compressed, base64; nanoseconds, three significant digits. Merge with histogram.ts. */
  readonly histogram: string;
  readonly walBytesPerRow: number;
}

/** What the measuring process itself was doing: is it the limit? */
export interface ClientLoad {
  readonly eventLoopDelayP99Ns: number;
  /** 0 to 1. */
  readonly utilisation: number;
  readonly cpuNsPerStatement: number;
  readonly clientLimited: boolean;
}

/** The check without a client in the way. */
export interface ServerSideCost {
  /** One message, inserted by a loop inside the server, with the check minus without; interval over pairs. */
  readonly nsPerRow?: Estimate;
  /** The same by one statement of many rows. */
  readonly bulkNsPerRow?: Estimate;
  /** Of the trigger functions, by track_functions; absent where the design has none or the role may not. */
  readonly functionSelfNs?: number;
  /** After evicting the check's relations from shared buffers (the system's cache stays warm). */
  readonly coldNs?: Estimate;
  /** Shared buffers that one check touches; no noise. */
  readonly buffersPerCheck?: number;
  /** What of this could not be measured, and why. */
  readonly notes: readonly string[];
}

/** pgbench with the same statement, beside ours; or why there is none. */
export type PgbenchResult =
  | { readonly state: 'absent'; readonly reason: string }
  | {
      readonly state: 'measured';
      readonly version: string;
      readonly comparisons: readonly PgbenchComparison[];
    };

/** One statement through both clients, in alternating blocks. */
export interface PgbenchComparison {
  readonly scenario: string;
  readonly design: string;
  readonly arm: Arm;
  readonly pgbenchP50Ns: number;
  readonly pgbenchSamples: number;
  readonly oursP50Ns: number;
  readonly oursSamples: number;
  /** Ours over pgbench's. */
  readonly ratio: number;
}
