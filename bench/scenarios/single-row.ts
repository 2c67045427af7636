import { failureOf, isRefusal } from '../../db/contract.ts';
import { itemAt } from '../../db/item-at.ts';
import { benchBody } from '../database/reservation.ts';
import { prepared } from './prepared.ts';
import type { ArmWork, Scenario, SliceContext } from './scenario.ts';
import { statements } from './statements.ts';

/** How many numbers are drawn for a slice at most; they are used again in turn when it is longer. */
const mostDrawn = 1_024;

/** One row a transaction, to numbers that are not blocked. */
export function singleRow(options: {
  readonly name: string;
  readonly title: string;
  readonly durable: boolean;
  readonly clients: number;
  readonly weight: number;
  readonly selected: Scenario['selected'];
  readonly control?: Scenario['control'];
  readonly phones?: (context: SliceContext, count: number) => string[];
}): Scenario {
  const { control = 'check off', phones = (context, count) => context.draw.unblocked(count) } =
    options;
  return {
    ...options,
    control,
    kind: 'send',
    rowsPerStatement: 1,
    statement: statements.insertMessage.text,
    widthFactor: 1,
    prepare: async (context) =>
      insertCalls(
        context,
        phones(context, Math.min(context.calls * context.clients.length, mostDrawn)),
      ),
  };
}

/** Calls that insert one message each, the numbers in turn, every client beginning elsewhere. */
export function insertCalls(
  context: Pick<SliceContext, 'clients' | 'draw' | 'asSent'>,
  phones: readonly string[],
  refused: 'an error' | 'an answer' = 'an error',
): ArmWork {
  const profiles = context.draw.profiles(256);
  return {
    calls: context.clients.map((client, index) => {
      const execute = prepared(client, context.asSent(statements.insertMessage));
      let next = Math.floor((index * phones.length) / context.clients.length);
      const insert = (): Promise<void> => {
        next = (next + 1) % phones.length;
        return execute([itemAt(profiles, next % profiles.length), itemAt(phones, next), benchBody]);
      };
      if (refused === 'an error') return insert;
      return () =>
        insert().catch((error: unknown) => {
          if (!isRefusal(failureOf(error))) throw error;
        });
    }),
  };
}
