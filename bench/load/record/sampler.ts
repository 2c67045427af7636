import type pg from 'pg';
import { connect } from '../../../db/connect.ts';
import { readSql } from '../../../db/sql.ts';
import { loadApplicationName } from '../client/connections.ts';

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

/** Looks at the server once a second, on a connection of its own, which may break and come back. */
export class Sampler {
  readonly #url: string;
  readonly #sql = readSql(new URL('./sql/sample.sql', import.meta.url));
  #client: pg.Client | undefined;
  #looking = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** The server now; undefined while it cannot be reached, or is slower than the samples. */
  async sample(): Promise<ServerSample | undefined> {
    if (this.#looking) return undefined;
    this.#looking = true;
    try {
      this.#client ??= await connect(this.#url, 'optout-lab sampler');
      const { rows } = await this.#client.query<{
        waits: Record<string, number>;
        autovacuums: string[];
        checkpointing: boolean;
        wal_bytes: string;
      }>({ name: 'sample', text: this.#sql, values: [loadApplicationName] });
      const row = rows[0];
      return row === undefined ? undefined : { ...row, walBytes: Number(row.wal_bytes) };
    } catch {
      await this.close();
      return undefined;
    } finally {
      this.#looking = false;
    }
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }
}
