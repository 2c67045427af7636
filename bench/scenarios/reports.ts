import type pg from 'pg';
import { itemAt } from '../../db/item-at.ts';
import { readSql } from '../../db/sql.ts';
import { benchBody } from '../database/reservation.ts';
import { prepared } from './prepared.ts';
import type { Scenario } from './scenario.ts';
import { reportStatements, type SentMessage, statements } from './statements.ts';

const insertMessagesSql = readSql(new URL('./sql/insert_messages_returning.sql', import.meta.url));

/**
 * A 21610 report, against one of 30007 about the same kind of message: the same row in the same
 * table, which no design has to look at further. The difference is what recording an opt-out costs.
 */
function report(options: {
  readonly name: string;
  readonly title: string;
  readonly selected: Scenario['selected'];
  readonly weight: number;
  /** Opt-outs that the number has before: of this profile, or of all but one that its block takes. */
  readonly before: 'none' | 'the same profile' | 'all but one';
}): Scenario {
  return {
    ...options,
    kind: 'report',
    rowsPerStatement: 1,
    clients: 1,
    durable: false,
    control: 'other statement',
    statement: statements.insertReport.text,
    widthFactor: 2,
    async prepare({ arm, clients, asSent, calls, admin, topology, draw, blockThreshold }) {
      const { insertReport, valuesOf, optOutReports, valuesOfAll } = reportStatements(topology);
      const phones = draw
        .own(2 * calls)
        .filter((_, index) => index % 2 === (arm === 'treatment' ? 0 : 1));
      const wanted = options.before === 'all but one' ? blockThreshold : 1;
      const profiles = distinct(draw.profiles(64 * wanted)).slice(0, wanted);
      if (profiles.length < wanted) throw new Error(`fewer than ${wanted} profiles were drawn`);
      const messages: SentMessage[][] = [];
      for (const profile of profiles) {
        messages.push(await sendTo(admin, phones, profile));
      }
      const reported = itemAt(messages, messages.length - 1);
      const earlier =
        options.before === 'the same profile'
          ? reported
          : options.before === 'all but one'
            ? messages.slice(0, -1).flat()
            : [];
      if (earlier.length > 0) await admin.query(optOutReports, [...valuesOfAll(earlier)]);
      const errorCode = arm === 'treatment' ? 21610 : 30007;
      const execute = prepared(itemAt(clients, 0), asSent(insertReport));
      let next = 0;
      const call = (): Promise<void> => execute(valuesOf(itemAt(reported, next++), errorCode));
      return { calls: [call], phones };
    },
  };
}

/** The number has not opted out of anybody. */
export const reportFirst = report({
  name: 'report-first',
  title: 'the first 21610 of a number, against a 30007 (not durable)',
  selected: 'one design',
  weight: 7,
  before: 'none',
});

/** The profile was told 21610 for the number before. */
export const reportRepeated = report({
  name: 'report-repeated',
  title: 'a 21610 from a profile that knows already, against a 30007 (not durable)',
  selected: 'one design',
  weight: 5,
  before: 'the same profile',
});

/** All other profiles that it takes were told before (two, at a threshold of three): this one blocks. */
export const reportBlocking = report({
  name: 'report-blocking',
  title: 'the 21610 that blocks a number, against a 30007 (not durable)',
  selected: 'always',
  weight: 9,
  before: 'all but one',
});

async function sendTo(
  admin: pg.Client,
  phones: readonly string[],
  profile: string,
): Promise<SentMessage[]> {
  const { rows } = await admin.query<SentMessage>(insertMessagesSql, [
    phones.map(() => profile),
    phones,
    benchBody,
  ]);
  return rows;
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
