import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { chooseServer, hostsOf } from '../../db/connection/choose-server.ts';
import { connect } from '../../db/connection/connect.ts';
import { clockMs } from './client/clock.ts';

/** How long a server may take to come back after a crash. */
const comeBackMs = 60_000;

/** The one session of a trial beside those that carry the load; it comes back after a crash of the server. */
export class ControlSession {
  readonly #url: string;
  #client: pg.Client | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** The session as it is, or a new one; throws where the server cannot be reached now. */
  async now(): Promise<pg.Client> {
    this.#client ??= await connect(await chooseServer(hostsOf(this.#url)), 'optout-lab control');
    return this.#client;
  }

  /** A session that works, waited for while the server comes back. */
  async patiently(): Promise<pg.Client> {
    const deadlineMs = clockMs() + comeBackMs;
    for (;;) {
      try {
        const client = await this.now();
        await client.query('select 1'); // it may have broken since it was used
        return client;
      } catch (error) {
        await this.close();
        if (clockMs() > deadlineMs) throw error;
        await delay(200);
      }
    }
  }

  /** Ends the session; the next use opens another. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }
}
