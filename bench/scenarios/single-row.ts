import { codeOf } from '../../db/cli/errors.ts';
import { benchBody } from '../database/reservation.ts';
import { prepared } from './prepared.ts';
import type { BlockStage, BlockWork, Scenario } from './scenario.ts';
import { statements } from './statements.ts';

/** How many numbers are drawn for a block; they are used again in turn when it is longer. */
const drawnPerBlock = 1_024;

/** One row a transaction, to numbers that are not blocked. */
export function singleRow(options: {
  readonly name: string;
  readonly title: string;
  readonly durable: boolean;
  readonly clients: number;
  readonly weight: number;
  readonly selected: Scenario['selected'];
  readonly control?: Scenario['control'];
  readonly phones?: (stage: BlockStage, count: number) => string[];
}): Scenario {
  const { control = 'check off', phones = (stage, count) => stage.draw.unblocked(count) } = options;
  return {
    ...options,
    control,
    rowsPerStatement: 1,
    statement: statements.insertMessage.text,
    blockMs: 60,
    prepare: async (stage) => insertCalls(stage, phones(stage, drawnPerBlock)),
  };
}

/** Calls that insert one message each, the numbers in turn, every client beginning elsewhere. */
export function insertCalls(
  stage: BlockStage,
  phones: readonly string[],
  refused: 'an error' | 'an answer' = 'an error',
): BlockWork {
  const profiles = stage.draw.profiles(256);
  return {
    calls: stage.clients.map((client, index) => {
      const execute = prepared(client, statements.insertMessage);
      let next = Math.floor((index * phones.length) / stage.clients.length);
      const insert = (): Promise<void> => {
        next = (next + 1) % phones.length;
        return execute([profiles[next % profiles.length], phones[next], benchBody]);
      };
      if (refused === 'an error') return insert;
      return () =>
        insert().catch((error: unknown) => {
          if (codeOf(error) !== 'OPTED') throw error;
        });
    }),
  };
}
