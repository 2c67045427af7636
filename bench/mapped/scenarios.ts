import { codeOf } from '../../db/cli/errors.ts';
import { failureOf, isRefusal } from '../../db/contract.ts';
import { itemAt } from '../../db/item-at.ts';
import { divisionByZero } from '../../db/sqlstates.ts';
import { type RollBack, rolledBack, type Value } from '../scenarios/prepared.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { MappedDraw, Sample, SampledMessage } from './sample.ts';
import type { MappedStatements } from './statements.ts';

/** What is timed in somebody's tables; each statement in a transaction of its own that is rolled back. */
export type MappedScenario = Scenario<MappedDraw>;

/** A scenario that the history has no messages for. */
export interface NotTimed {
  readonly scenario: string;
  readonly reason: string;
}

/** What is asked of a scenario's statements. */
interface Given {
  readonly statements: MappedStatements;
  readonly sample: Sample;
  /** One code that says "opted out". */
  readonly optOutCode: string;
  readonly blockThreshold: number;
  /** To what messages are rolled back: where the arms differ by what their transactions see, to a savepoint. */
  readonly rollBack: RollBack;
}

/** A scenario but for what its candidate says. */
type Own = Omit<MappedScenario, 'name' | 'control'>;

/** A scenario before it is known whether the history has what it needs. */
interface Candidate {
  readonly name: string;
  readonly control: MappedScenario['control'];
  /** The messages that it draws from, and what they are called where there are none. */
  readonly from: (message: SampledMessage, given: Given) => boolean;
  readonly called: string;
  readonly of: (given: Given, from: readonly SampledMessage[]) => Own;
}

/** A number of blocked_contacts that the check let pass. */
class NotRefused extends Error {
  readonly code = 'NOT_REFUSED';
  constructor(phone: string) {
    super(`a message to the blocked number ${phone} was not refused`);
  }
}

/** How many numbers are drawn for a slice; they are used again in turn when it is longer. */
const drawn = 1_024;
const manyRows = 1_000;

const common = { clients: 1, durable: false, selected: 'always', widthFactor: 1 } as const;

const isFree = ({ isBlocked }: SampledMessage): boolean => !isBlocked;
const freeNumbers = 'to a number that is not blocked';

const candidates: readonly Candidate[] = [
  {
    name: 'insert',
    control: 'check off',
    from: isFree,
    called: freeNumbers,
    of: (given, from) => ({
      ...oneRow(given, from),
      title: 'one row',
      weight: 6,
    }),
  },
  {
    name: 'bulk-1000',
    control: 'check off',
    from: isFree,
    called: freeNumbers,
    of: (given, from) => bulk(given, from),
  },
  {
    name: 'refused',
    control: 'none',
    from: ({ isBlocked }) => isBlocked,
    called: 'to a number that is blocked',
    of: ({ statements }, from) => refused(statements, from),
  },
  {
    name: 'report-first',
    control: 'other statement',
    from: ({ isBlocked, optOuts }) => !isBlocked && optOuts === 0,
    called: 'to a number without opt-outs',
    of: (given, from) => ({ ...report(given, from), title: 'the first opt-out of a number' }),
  },
  {
    name: 'report-repeated',
    control: 'other statement',
    from: ({ hasOptedOut }) => hasOptedOut,
    called: 'to a number that opted out of its sender',
    of: (given, from) => ({
      ...report(given, from),
      title: 'an opt-out from a sender that knows already',
    }),
  },
  {
    name: 'report-blocking',
    control: 'other statement',
    from: ({ isBlocked, optOuts, hasOptedOut }, { blockThreshold }) =>
      !isBlocked && !hasOptedOut && optOuts === blockThreshold - 1,
    called: 'to a number that one more opt-out blocks',
    of: (given, from) => ({ ...report(given, from), title: 'the opt-out that blocks a number' }),
  },
  {
    name: 'insert-same-twice',
    control: 'check off twice',
    from: isFree,
    called: freeNumbers,
    of: (given, from) => ({
      ...oneRow(given, from),
      title: 'one row, the same in both arms',
      weight: 3,
    }),
  },
];

/** The names of what can be timed in somebody's tables. */
export const mappedScenarioNames: readonly string[] = candidates.map(({ name }) => name);

/** Whether one of the scenarios is timed with the check switched off in a session. */
export function needSwitch(names: readonly string[]): boolean {
  return candidates.some(
    ({ name, control }) => names.includes(name) && control.startsWith('check off'),
  );
}

/** The scenarios that were asked for: those that the history has messages for, and why not the others. */
export function mappedScenarios(
  names: readonly string[],
  given: Given,
): { readonly timed: readonly MappedScenario[]; readonly notTimed: readonly NotTimed[] } {
  const timed: MappedScenario[] = [];
  const notTimed: NotTimed[] = [];
  for (const { name, control, from, called, of } of candidates) {
    if (!names.includes(name)) continue;
    const messages = given.sample.messages.filter((message) => from(message, given));
    if (messages.length > 0) timed.push({ name, control, ...of(given, messages) });
    else
      notTimed.push({
        scenario: name,
        reason: `of the messages that were read, none is ${called}`,
      });
  }
  return { timed, notTimed };
}

function oneRow(
  { statements: { insertMessage }, rollBack }: Given,
  from: readonly SampledMessage[],
): Omit<Own, 'title' | 'weight'> {
  return {
    ...common,
    kind: 'send',
    rowsPerStatement: 1,
    statement: insertMessage.text,
    prepare: async ({ clients, draw }) => {
      const messages = draw.of(from, drawn);
      const execute = rolledBack(itemAt(clients, 0), insertMessage, rollBack);
      return { calls: [inTurn(messages, ({ sender, phone }) => execute([sender, phone]))] };
    },
  };
}

function bulk(
  { statements: { insertMessages }, rollBack }: Given,
  from: readonly SampledMessage[],
): Own {
  return {
    ...common,
    title: `${manyRows.toLocaleString('en')} rows in one statement`,
    kind: 'send',
    rowsPerStatement: manyRows,
    statement: insertMessages.text,
    weight: 9,
    widthFactor: 2,
    prepare: async ({ clients, draw }) => {
      const batches = Array.from({ length: 2 }, (): readonly Value[] => {
        const messages = draw.of(from, manyRows);
        return [
          arrayText(messages.map(({ sender }) => sender)),
          arrayText(messages.map(({ phone }) => phone)),
        ];
      });
      return { calls: [inTurn(batches, rolledBack(itemAt(clients, 0), insertMessages, rollBack))] };
    },
  };
}

/** Nothing can be the control: without the check it would succeed. */
function refused({ insertMessage }: MappedStatements, from: readonly SampledMessage[]): Own {
  return {
    ...common,
    title: 'a refused insert',
    kind: 'send',
    rowsPerStatement: 1,
    statement: insertMessage.text,
    weight: 1,
    prepare: async ({ clients, draw }) => {
      const messages = draw.of(from, drawn);
      // a message that is not refused must not be stored: the round trip fails all the same
      const execute = rolledBack(itemAt(clients, 0), insertMessage, 'round trip');
      const call = async ({ sender, phone }: SampledMessage): Promise<void> => {
        try {
          await execute([sender, phone]);
        } catch (error) {
          if (isRefusal(failureOf(error))) return;
          if (codeOf(error) !== divisionByZero) throw error;
        }
        throw new NotRefused(phone);
      };
      return { calls: [inTurn(messages, call)] };
    },
  };
}

/**
 * A report that says "opted out", against one about the same message that says something else: the same row in
 * the same table, which the check has not to look at further.
 */
function report(
  { statements, sample, optOutCode }: Given,
  from: readonly SampledMessage[],
): Omit<Own, 'title'> {
  const { report: statement, reportValues } = statements;
  return {
    ...common,
    kind: 'report',
    rowsPerStatement: 1,
    statement: statement.text,
    weight: 6,
    widthFactor: 2,
    prepare: async ({ arm, clients, draw }) => {
      const messages = draw.of(from, drawn);
      const code = arm === 'treatment' ? optOutCode : sample.otherCode;
      const execute = rolledBack(itemAt(clients, 0), statement, 'transaction');
      return {
        calls: [inTurn(messages, ({ reference }) => execute(reportValues(reference, code)))],
      };
    },
  };
}

/** A call that takes the next item each time. */
function inTurn<T>(items: readonly T[], call: (item: T) => Promise<void>): () => Promise<void> {
  let next = 0;
  return () => call(itemAt(items, next++ % items.length));
}

/** An array as a text of PostgreSQL's. */
function arrayText(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
