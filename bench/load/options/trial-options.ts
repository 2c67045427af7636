import type { IsolationLevel } from '../../../db/contract.ts';
import type { Design } from '../../../db/designs.ts';
import type { DataSetOptions } from '../../../seed/data-set/data-set.ts';
import type { Rate, Statements } from '../client/worker-options.ts';
import type { IntervalReport } from '../record/recorder.ts';
import type { ServerSample } from '../record/sampler.ts';
import type { RunRecord } from '../verify/run-record.ts';
import type { FreshNumbers } from '../workload/fresh-numbers.ts';
import type { Mix } from '../workload/mix.ts';
import type { OptOutLedger } from '../workload/opt-out-ledger.ts';
import type { Thresholds } from '../workload/thresholds.ts';
import type { Trace } from '../workload/trace.ts';

/** One load. */
export interface TrialOptions {
  /** It may name several hosts, of which one takes writes: every connection goes to the one that does then. */
  readonly url: string;
  /** Where the load's own sessions go, if through a pooler. */
  readonly poolerUrl?: string | undefined;
  /** Major version of the server. */
  readonly major: number;
  readonly design: Design;
  /** `off`: nothing is refused, and nothing must be. */
  readonly check: 'on' | 'off';
  readonly mix: Mix;
  readonly rate: Rate;
  readonly clients: number;
  /** Threads; undefined chooses. */
  readonly workers: number | undefined;
  readonly durationMs: number;
  readonly drainMs: number;
  readonly seed: number;
  readonly isolation: IsolationLevel | 'default';
  /** Leave what the run makes in the database. */
  readonly keep: boolean;
  /** The data set that the database holds. */
  readonly dataSet: DataSetOptions | undefined;
  /** In place of the application's own. */
  readonly statements?: Partial<Statements>;
  /** Past the coordinator of a cluster: each number's statements to the node that has it. */
  readonly straight?: boolean;
  /** What is sent again, instead of what the mix says. */
  readonly trace?: Trace | undefined;
  /** Send from one profile to the numbers of one area code, each alike: what another generator can draw too. */
  readonly plain?: boolean;
  /** Called each second with what the workers and the server said of it. */
  readonly onSecond?: (second: Second) => void;
  /** Given what the load holds answers to, before it begins. */
  readonly onKnowledge?: (knowledge: Knowledge) => void;
  /** Called when the load begins, with that moment of the clock that all threads share. */
  readonly onStart?: (startMs: number) => void;
  /** Ends the load early; its results are kept. */
  readonly signal?: AbortSignal;
  /** Called before the first arrival, with what a later command must remove if this one is killed. */
  readonly onBegin?: (run: RunMark) => Promise<void>;
  /** Called when that was removed, or is meant to stay. */
  readonly onEnd?: () => Promise<void>;
  /** Called between the load and its verification: a test plants a difference there. */
  readonly beforeVerifying?: (run: RunRecord) => Promise<void>;
}

/**
 * What all threads of a load hold answers to. Whoever changes the threshold, or opts a number in, says so
 * there before and after.
 */
export interface Knowledge {
  readonly thresholds: Thresholds;
  readonly ledger: OptOutLedger;
  /** The numbers that the ledger is about. */
  readonly numbers: FreshNumbers;
  /** Who writes to them. */
  readonly profileIds: readonly string[];
}

/** How the rows of a run are known. */
export interface RunMark {
  /** The mark in the ids that the run makes. */
  readonly runTag: number;
  /** Wall clock before the first of them. */
  readonly fromUnixMs: number;
  /** Profiles that the run made. */
  readonly ownProfileIds: readonly string[];
}

/** A second as it is shown while it runs. */
export interface Second {
  readonly second: number;
  readonly reports: readonly IntervalReport[];
  readonly sample: ServerSample | undefined;
}
