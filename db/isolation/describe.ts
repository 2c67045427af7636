import pg from 'pg';
import { defaultDesignName, designNamed } from '../designs.ts';
import { oneServer } from '../topologies/topology.ts';
import { type Cast, sqlOf } from './fixture.ts';
import { type History, type PhoneProfile, profilesPerPhone, statementsOf } from './history.ts';

/**
 * A history as SQL for psql, in the manner of PostgreSQL's isolation tests: the setup, and then one
 * statement a line, each to be run in the session that has the line's number. A statement that waits is
 * left waiting. Rows have ids of their own, so that the text needs an empty database and nothing else.
 */
export function describeHistory(history: History): string {
  const cast = castOf(history);
  return [
    '-- setup, in any session',
    ...cast.phones.map((phone, index) => `-- n${index} is ${phone}`),
    ...setupOf(history, cast),
    history.schedule === undefined
      ? '-- the sessions, all at the same time'
      : '-- the permutation, in this order',
    ...stepsOf(history, cast),
  ].join('\n');
}

const id = (kind: 'profile' | 'message' | 'report', number: number): string =>
  `00000000-0000-4000-800${{ profile: 1, message: 2, report: 3 }[kind]}-${String(number).padStart(12, '0')}`;

/** The rows of a history that is described, not run. */
function castOf(history: History): Cast {
  const at = ({ phone, profile }: PhoneProfile): number => phone * profilesPerPhone + profile;
  const paired = history.before.length * profilesPerPhone;
  return {
    phones: history.before.map((_, index) => `+1200555000${index}`),
    profileIds: Array.from({ length: profilesPerPhone }, (_, index) => id('profile', index)),
    optOutsSql: designNamed(defaultDesignName).optOutsSql,
    topology: oneServer,
    profilesOf: () => undefined, // nobody runs it
    messageId: (pair) => id('message', at(pair)),
    pendingReportId: (pair) => id('report', at(pair)),
    spareMessageId: (session) => id('message', paired + session),
  };
}

function setupOf(history: History, cast: Cast): readonly string[] {
  const row = (...values: readonly unknown[]): string => `(${values.map(literal).join(', ')})`;
  const pairs = history.before.flatMap((_, phone) =>
    cast.profileIds.map((_, profile) => ({ phone, profile })),
  );
  const messages = [
    ...pairs.map((pair) =>
      row(cast.messageId(pair), cast.profileIds[pair.profile], cast.phones[pair.phone], 'before'),
    ),
    ...history.sessions.map((_, session) =>
      row(cast.spareMessageId(session), cast.profileIds[0], `+1200555100${session}`, 'spare'),
    ),
  ];
  const optedOut = pairs.filter(({ phone, profile }) => profile < (history.before[phone] ?? 0));
  return [
    `insert into profiles (id, name) values ${cast.profileIds.map((profile, index) => row(profile, `p${index}`)).join(', ')};`,
    `insert into outbound_messages (id, profile_id, to_number, body) values\n  ${messages.join(',\n  ')};`,
    `insert into delivery_reports (id, message_id, event_type) values\n  ${pairs
      .map((pair) => row(cast.pendingReportId(pair), cast.messageId(pair), 'failed'))
      .join(',\n  ')};`,
    ...(optedOut.length === 0
      ? []
      : [`${inlined(sqlOf({ kind: 'report', pairs: optedOut }, cast, 0))};`]),
  ];
}

/** Line by line: the schedule's picks, and what it leaves, session by session. */
function stepsOf(history: History, cast: Cast): readonly string[] {
  const left = history.sessions.map((transactions, session) =>
    transactions.flatMap((transaction) =>
      statementsOf(transaction).map((statement) => {
        if (statement === 'begin') return `begin isolation level ${transaction.level};`;
        if (statement === 'end') return `${transaction.end};`;
        return `${inlined(sqlOf(statement, cast, session))};`;
      }),
    ),
  );
  const inOrder = [
    ...(history.schedule ?? []),
    ...left.flatMap((statements, session) => statements.map(() => session)),
  ];
  return inOrder.flatMap((session) => {
    const statement = left[session]?.shift();
    return statement === undefined ? [] : [`/* ${session + 1} */ ${statement}`];
  });
}

/** A statement with its parameters in place, on one line. */
function inlined({ text, values }: { text: string; values: readonly unknown[] }): string {
  return text
    .replace(/^--.*\n/gm, '')
    .trim()
    .replace(/;$/, '')
    .replace(/\s+/g, ' ')
    .replace(/\$(\d)/g, (_, number: string) => literal(values[Number(number) - 1]));
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return pg.escapeLiteral(Array.isArray(value) ? `{${value.join(',')}}` : String(value));
}
