import { itemAt } from '../../db/item-at.ts';
import { benchBody } from '../database/reservation.ts';
import { withNothingFirst } from './prepared.ts';
import type { Scenario } from './scenario.ts';
import { statements } from './statements.ts';

/** Many rows in one durable statement. */
export function bulkInsert(rows: number, selected: Scenario['selected']): Scenario {
  return {
    name: `bulk-${rows}`,
    title: `${rows.toLocaleString('en')} rows in one statement`,
    kind: 'send',
    rowsPerStatement: rows,
    clients: 1,
    durable: true,
    control: 'check off',
    statement: statements.insertMessages.text,
    weight: 9,
    selected,
    widthFactor: rows < 1_000 ? 1 : 2,
    async prepare({ clients, draw, asSent }) {
      const client = itemAt(clients, 0);
      const statement = withNothingFirst(asSent(statements.insertMessages));
      const batches = Array.from({ length: rows >= 1_000 ? 2 : 4 }, () => [
        draw.profiles(rows),
        draw.unblocked(rows),
        benchBody,
      ]);
      let next = 0;
      const call = async (): Promise<void> => {
        const values = itemAt(batches, next++ % batches.length);
        await client.query({ ...statement, values });
      };
      return { calls: [call] };
    },
  };
}
