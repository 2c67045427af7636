import type { IsolationLevel } from '../../../db/contract.ts';
import type { Design } from '../../../db/designs.ts';
import type { DataSetOptions } from '../../../seed/data-set/data-set.ts';
import type { PoolerPlace } from '../../network/pooler-place.ts';
import type { Rate } from '../client/worker-options.ts';
import type { ReplicationKind } from '../results/failover-results.ts';
import type { Mix } from '../workload/mix.ts';
import type { Trace } from '../workload/trace.ts';
import type { Objective, RateRange } from './flag-values.ts';

/** Failovers that are asked for. */
export interface FailoverRequest {
  readonly replication: ReplicationKind;
  /** How many, one after the other. */
  readonly count: number;
  readonly standbyDelayMs: number;
}

/** What a load command asks for. */
export interface LoadOptions {
  readonly designs: readonly Design[];
  readonly mix: Mix;
  readonly rate: Rate;
  readonly ramp: { readonly range: RateRange; readonly objective: Objective } | undefined;
  /** What a plain load must keep; a ramp has its own. */
  readonly objective: Objective | undefined;
  /** How each design's check is while it runs, in turn: on, off, or first the one and then the other. */
  readonly checks: readonly ('on' | 'off')[];
  readonly comparePgbench: boolean;
  /** Whether what a server meets in hours is done beside the load, and sizes are kept. */
  readonly soak: boolean;
  /** Failovers of a pair of servers made for this, in place of a load on the lab's database. */
  readonly failovers: FailoverRequest | undefined;
  /** Past the coordinator of a cluster. */
  readonly straight: boolean;
  /** A pooler that the load goes through. */
  readonly pooler: PoolerPlace | undefined;
  readonly durationS: number;
  readonly drainS: number;
  readonly clients: number;
  readonly workers: number | undefined;
  readonly seed: number;
  readonly isolation: IsolationLevel | 'default';
  readonly keep: boolean;
  readonly dataSet: DataSetOptions | undefined;
  /** What is sent again, instead of what the mix says. */
  readonly trace?: Trace | undefined;
  readonly commandLine: string;
  /** Folder for runs, where not the project's. */
  readonly out: string | undefined;
  readonly runName: string | undefined;
}
