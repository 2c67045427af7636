// The plans that were kept: a part of results.json (results.ts).

/** A plan kept as JSON and text beside results.json. */
export interface CapturedPlan {
  readonly design: string;
  readonly statement: string;
  readonly title: string;
  readonly sql: string;
  /** Relative to the run's folder. */
  readonly jsonFile: string;
  readonly textFile: string;
  /** What ran inside triggers, innermost first. */
  readonly nested: readonly NestedPlan[];
  /** Set where nested plans could not be had. */
  readonly nestedMissing?: string;
  /** The access path of the check: of the nested plans where there are any, else of the statement. */
  readonly summary: PlanSummary;
  /** Of the statement itself, with what ran inside BEFORE triggers; absent where it was refused. */
  readonly outer?: PlanSummary;
  /** The statement was refused, so there is no outer plan. */
  readonly refused: boolean;
  /** Why a plan could not be had: the statement timed out, for instance. */
  readonly failed?: string;
}

/** A plan of a statement inside a trigger. */
export interface NestedPlan {
  readonly query: string;
  /** Foreign keys are checked by statements inside triggers too; they are no part of the opt-out check. */
  readonly kind: 'trigger' | 'foreign key';
  /** How many times the same plan shape ran (a row trigger runs it for every row). */
  readonly times: number;
  readonly summary: PlanSummary;
  /** EXPLAIN (FORMAT JSON) of the first time. */
  readonly plan: unknown;
}

/** What a reader compares between plans. */
export interface PlanSummary {
  /** Node types with their index or table, from the outside in: `Index Only Scan on blocked_contacts_pkey`. */
  readonly nodes: readonly string[];
  readonly indexes: readonly string[];
  readonly relations: readonly string[];
  /** Shared buffers hit or read by the statement. */
  readonly buffers: number;
  /** Rows that index-only scans had to look up in the table, for want of a bit in the visibility map; absent in older runs. */
  readonly heapFetches?: number;
  readonly rows: number;
  readonly milliseconds: number;
  /** Tables of 10,000 rows or more that were read from end to end. */
  readonly bigSeqScans: readonly string[];
  /** A short hash of node types, relations, indexes and join shape: another one is another plan. */
  readonly shape: string;
}
