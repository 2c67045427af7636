import { readSql } from '../../../db/sql.ts';
import { loadApplicationName } from '../client/connections.ts';
import type { ControlSession } from '../control-session.ts';

/** The server at one moment. */
export interface ServerSample {
  /** Sessions of the load at work, by what they wait for; `CPU` for nothing. */
  readonly waits: Readonly<Record<string, number>>;
  /** What autovacuum workers are doing. */
  readonly autovacuums: readonly string[];
  readonly checkpointing: boolean;
  /** Position in the write-ahead log. */
  readonly walBytes: number;
}

/** Looks at the server once a second, in a session that may break and come back. */
export class Sampler {
  readonly #control: ControlSession;
  readonly #sql = readSql(new URL('./sql/sample.sql', import.meta.url));
  #looking = false;

  constructor(control: ControlSession) {
    this.#control = control;
  }

  /** The server now; undefined while it cannot be reached, or is slower than the samples. */
  async sample(): Promise<ServerSample | undefined> {
    if (this.#looking) return undefined;
    this.#looking = true;
    try {
      const client = await this.#control.now();
      const { rows } = await client.query<{
        waits: Record<string, number>;
        autovacuums: string[];
        checkpointing: boolean;
        wal_bytes: string;
      }>({ name: 'sample', text: this.#sql, values: [loadApplicationName] });
      const row = rows[0];
      return row === undefined ? undefined : { ...row, walBytes: Number(row.wal_bytes) };
    } catch {
      await this.#control.close();
      return undefined;
    } finally {
      this.#looking = false;
    }
  }
}
