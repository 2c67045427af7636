import type { Design } from '../../../db/designs.ts';
import type { WorkerResult } from '../client/worker.ts';
import type { OptOutTotals } from '../prepare.ts';

/** What a finished run was told, and where that is noted: what the database is compared with. */
export interface RunRecord {
  readonly design: Design;
  readonly check: 'on' | 'off';
  readonly runTag: number;
  readonly seed: number;
  /** Wall clock when the run began: its ids are later. */
  readonly fromUnixMs: number;
  readonly workers: readonly WorkerFiles[];
  readonly ledger: SharedArrayBuffer;
  readonly freshAreas: readonly number[];
  readonly profileIds: readonly string[];
  readonly threshold: number;
  readonly totalsBefore: OptOutTotals | undefined;
}

/** What one worker did, and where it noted the outcomes. */
export interface WorkerFiles {
  readonly result: WorkerResult;
  readonly messageOutcomes: string;
  readonly reportOutcomes: string;
}
