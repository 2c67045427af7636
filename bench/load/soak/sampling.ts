import type pg from 'pg';
import { chooseServer, hostsOf } from '../../../db/connection/choose-server.ts';
import { connect } from '../../../db/connection/connect.ts';
import { onlyRow } from '../../../db/connection/only-row.ts';
import { readSql } from '../../../db/sql.ts';
import { relationSizes } from '../../database/relations.ts';
import { clockMs } from '../client/clock.ts';
import type { SoakSample } from '../results/soak-results.ts';
import { ownSize, serverSize } from './process-size.ts';

const deadRowsSql = readSql(new URL('./sql/dead_rows.sql', import.meta.url));

/** Samples of a run, whatever its length: what they take is the same for ten minutes and ten hours. */
const samplesKept = 240;

/** Seconds between two samples of a run that long. */
export function sampleEveryS(durationS: number): number {
  return Math.max(1, Math.round(durationS / samplesKept));
}

/** Looks again and again how large everything is, in a session that may break and come back. */
export class Sampling {
  readonly samples: SoakSample[] = [];
  readonly #url: string;
  readonly #serverPid: () => number | undefined;
  readonly #startMs: number;
  readonly #timer: NodeJS.Timeout;
  #client: pg.Client | undefined;
  #look: Promise<void> | undefined;

  /** @param serverPid the server's first process, where it is on this machine */
  constructor(url: string, serverPid: () => number | undefined, startMs: number, everyS: number) {
    this.#url = url;
    this.#serverPid = serverPid;
    this.#startMs = startMs;
    this.#timer = setInterval(() => {
      this.#look ??= this.#sample().finally(() => {
        this.#look = undefined;
      });
    }, everyS * 1000);
  }

  /** Ends it. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#look;
    await this.#client?.end().catch(() => {});
  }

  async #sample(): Promise<void> {
    try {
      this.#client ??= await connect(await chooseServer(hostsOf(this.#url)), 'optout-lab soak');
      const relations = await relationSizes(this.#client);
      const { dead } = onlyRow(await this.#client.query<{ dead: string }>(deadRowsSql));
      const pid = this.#serverPid();
      const server = pid === undefined ? undefined : serverSize(pid);
      this.samples.push({
        atS: Math.round(clockMs() - this.#startMs) / 1000,
        generator: ownSize(),
        ...(server === undefined ? {} : { server }),
        deadRows: Number(dead),
        relations: Object.fromEntries(relations.map(({ name, sizeBytes }) => [name, sizeBytes])),
      });
    } catch {
      // the server is away: the next look finds it again
      await this.#client?.end().catch(() => {});
      this.#client = undefined;
    }
  }
}
