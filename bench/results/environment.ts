// Where and with what it ran: a part of results.json (results.ts).

/** Where and with what it ran. */
export interface Environment {
  readonly server: {
    readonly version: string;
    readonly versionNumber: number;
    readonly kind: 'embedded' | 'external';
    /** The pg_config view; empty where the role may not read it. */
    readonly pgConfig: Readonly<Record<string, string>>;
    readonly changedSettings: readonly Setting[];
    readonly extensions: readonly { readonly name: string; readonly version: string }[];
    readonly encoding: string;
    readonly collation: string;
    readonly databaseSizeBytes: number;
  };
  readonly relations: readonly RelationSize[];
  /** When the run began, after a VACUUM; absent in older runs. */
  readonly tables?: readonly TableState[];
  readonly machine: {
    readonly platform: string;
    readonly kernel: string;
    readonly cpuModel: string;
    readonly cpus: number;
    readonly memoryBytes: number;
    /** Of the embedded server's data; absent for another server, whose disk cannot be seen. */
    readonly disk?: DiskFacts;
    /** 1, 5 and 15 minutes. */
    readonly loadBefore: readonly number[];
    readonly loadAfter: readonly number[];
  };
  readonly client: {
    readonly node: string;
    readonly v8: string;
    readonly packages: Readonly<Record<string, string>>;
    /** Median of the difference of two successive clock readings. */
    readonly clockResolutionNs: number;
  };
  readonly project: {
    readonly commit: string;
    /** Uncommitted changes in the tree. */
    readonly dirty: boolean;
  };
}

/** A server setting that differs from its default. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly source: string;
}

/** The disk below the data. */
export interface DiskFacts {
  readonly fileSystem: string;
  readonly device: string;
  readonly freeBytes: number;
  /** Median of writing 8 kB and fsync, next to the data; absent where that folder is closed to us. */
  readonly fsyncNs?: number;
}

/** What decides whether an index-only scan stays in the index, as the server knows it of a table. Dead rows are those that VACUUM had to leave. */
export interface TableState {
  readonly name: string;
  /** Of the server's block size. */
  readonly pages: number;
  /** Marked in the visibility map, as of the last VACUUM or ANALYZE. */
  readonly allVisiblePages: number;
  readonly liveRows: number;
  readonly deadRows: number;
}

/** A relation and what it takes on disk. */
export interface RelationSize {
  readonly name: string;
  readonly kind: 'table' | 'index';
  /** The table an index belongs to. */
  readonly table: string;
  readonly sizeBytes: number;
  /** The planner's estimate after ANALYZE. */
  readonly rows: number;
}
