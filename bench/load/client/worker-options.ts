import type { ShardPlaces } from '../../../db/topologies/citus/shard-places.ts';
import type { DataSetOptions } from '../../../seed/data-set/data-set.ts';
import type { Mix } from '../workload/mix.ts';
import type { Trace } from '../workload/trace.ts';

/** A rate in operations a second, or `max`: the closed loop. */
export type Rate = number | 'max';

/** What one worker of a run needs to know; plain data, so that it passes to a thread. */
export interface WorkerOptions {
  /** It may name several hosts. */
  readonly url: string;
  /** Whether the URL is that of a pooler that gives a session another server process for each transaction. */
  readonly pooled: boolean;
  /** This worker's number, and how many there are. */
  readonly worker: number;
  readonly workers: number;
  /** Whether the server is the coordinator of a cluster. */
  readonly isCluster: boolean;
  /** Where a number's own node is, for a load that goes straight to it. */
  readonly shardPlaces: ShardPlaces | undefined;
  /** Connections of this worker. */
  readonly clients: number;
  readonly mix: Mix;
  readonly seed: number;
  readonly runTag: number;
  readonly rate: Rate;
  readonly durationMs: number;
  /** How long after the end a backlog may still be worked off. */
  readonly drainMs: number;
  /** What a session runs first. */
  readonly sessionSql: readonly string[];
  readonly statements: Statements;
  readonly dataSet: DataSetOptions | undefined;
  /** Profiles that new numbers are written to by. */
  readonly profileIds: readonly string[];
  /** Area codes whose exchange 555 holds the new numbers, and those of an empty database's others. */
  readonly freshAreas: readonly number[];
  readonly plainAreas: readonly number[];
  readonly ledger: SharedArrayBuffer;
  /** The threshold as the run found it, and what holds meanwhile (Thresholds). */
  readonly threshold: number;
  readonly thresholds: SharedArrayBuffer;
  readonly check: 'on' | 'off';
  /** What is sent again, in place of what the mix says; reports come after the mix's delay. */
  readonly trace?: Trace | undefined;
  readonly messageOutcomes: string;
  readonly reportOutcomes: string;
}

/**
 * The statements; where `reportsNameNumber`, a report's last parameter is its message's number; `split` passes the message's
 * id in three parts and the number without its plus.
 */
export interface Statements {
  readonly send: string;
  readonly report: string;
  readonly findMessage: string;
  readonly findReport: string;
  readonly reportsNameNumber: boolean;
  readonly split: boolean;
}
