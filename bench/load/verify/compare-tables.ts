import type pg from 'pg';
import { itemAt } from '../../../db/item-at.ts';
import { readSql } from '../../../db/sql.ts';
import { countOptOuts } from '../prepare.ts';
import { profileInSlot, slotsPerNumber } from '../workload/fresh-numbers.ts';
import type { Expected } from './expected.ts';
import type { RunRecord } from './run-record.ts';

const sql = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));
const optOutsSql = sql('opt_outs_of');
const blockedSql = sql('blocked_of');

/** The tables opt_outs and blocked_contacts beside what a run's reports imply. */
export class TableComparison {
  readonly #client: pg.Client;
  readonly #run: RunRecord;
  readonly #differ: (line: string) => void;
  #optOuts = 0;
  #blocked = 0;

  constructor(client: pg.Client, run: RunRecord, differ: (line: string) => void) {
    this.#client = client;
    this.#run = run;
    this.#differ = differ;
  }

  /** Compares the rows of some numbers. */
  async compare(batch: readonly Expected[]): Promise<void> {
    const phones = [batch.map(({ phone }) => phone)];
    const optOuts = await this.#client.query<{ phone: string; profile_id: string }>(
      optOutsSql,
      phones,
    );
    const blocked = await this.#client.query<{ phone: string }>(blockedSql, phones);
    this.#optOuts += optOuts.rows.length;
    this.#blocked += blocked.rows.length;
    const profilesOf = new Map<string, Set<string>>();
    for (const { phone, profile_id } of optOuts.rows) {
      const profiles = profilesOf.get(phone) ?? new Set();
      profilesOf.set(phone, profiles.add(profile_id));
    }
    const isBlocked = new Set(blocked.rows.map(({ phone }) => phone));
    for (const expected of batch) {
      const { phone } = expected;
      this.#compareNumber(expected, profilesOf.get(phone) ?? new Set(), isBlocked.has(phone));
    }
  }

  /** After all numbers: whether the tables grew by those rows and no others. */
  async compareTotals(): Promise<void> {
    const { totalsBefore } = this.#run;
    if (totalsBefore === undefined) return;
    const after = await countOptOuts(this.#client);
    const others = [
      { noun: 'opt-outs', count: after.optOuts - totalsBefore.optOuts - this.#optOuts },
      { noun: 'blocks', count: after.blocked - totalsBefore.blocked - this.#blocked },
    ];
    for (const { noun, count } of others) {
      if (count > 0) this.#differ(`${noun} of numbers that nobody reported: ${count}`);
      if (count < 0)
        this.#differ(`${noun} that were there before the load and are gone: ${-count}`);
    }
  }

  #compareNumber(expected: Expected, profiles: ReadonlySet<string>, isBlocked: boolean): void {
    const { phone, number, acknowledged, attempted } = expected;
    const { profileIds, threshold } = this.#run;
    let known = 0;
    for (let slot = 0; slot < slotsPerNumber; slot++) {
      const bit = 1 << slot;
      const profileId = itemAt(profileIds, profileInSlot(number, slot, profileIds.length));
      const isThere = profiles.has(profileId);
      if (isThere && (attempted & bit) !== 0) known++;
      if (!isThere && (acknowledged & bit) !== 0) {
        this.#differ(`the opt-out of ${phone} from ${profileId} was acknowledged and is not there`);
      }
    }
    if (profiles.size > known) this.#differ(`${phone} has opt-outs that nobody reported`);
    if (isBlocked !== profiles.size >= threshold) {
      this.#differ(
        `${phone} has ${profiles.size} opt-outs and is ${isBlocked ? '' : 'not '}blocked`,
      );
    }
  }
}
