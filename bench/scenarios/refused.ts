import { failureOf, isRefusal } from '../../db/contract.ts';
import { itemAt } from '../../db/item-at.ts';
import { benchBody } from '../database/reservation.ts';
import { prepared } from './prepared.ts';
import type { Scenario } from './scenario.ts';
import { statements } from './statements.ts';

/** A message to a blocked number. Nothing can be the control: without the check it would succeed. */
export const refused: Scenario = {
  name: 'refused',
  title: 'a refused insert',
  kind: 'send',
  rowsPerStatement: 1,
  clients: 1,
  durable: true,
  control: 'none',
  statement: statements.insertMessage.text,
  weight: 1,
  selected: 'always',
  widthFactor: 1,
  async prepare({ clients, draw, asSent }) {
    const phones = draw.blocked(512);
    const profiles = draw.profiles(256);
    const execute = prepared(itemAt(clients, 0), asSent(statements.insertMessage));
    let next = 0;
    const call = async (): Promise<void> => {
      next = (next + 1) % phones.length;
      try {
        await execute([itemAt(profiles, next % profiles.length), itemAt(phones, next), benchBody]);
      } catch (error) {
        if (isRefusal(failureOf(error))) return;
        throw error;
      }
      throw new Error(`a message to the blocked number ${phones[next]} was not refused`);
    };
    return { calls: [call] };
  },
};
