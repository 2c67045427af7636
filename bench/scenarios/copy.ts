import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { itemAt } from '../../db/item-at.ts';
import { benchBody } from '../database/reservation.ts';
import type { Scenario } from './scenario.ts';
import { copyMessages } from './statements.ts';

/** Many rows by COPY, encoded beforehand. */
export function copy(rows: number): Scenario {
  return {
    name: `copy-${rows}`,
    title: `${rows.toLocaleString('en')} rows by COPY`,
    kind: 'copy',
    rowsPerStatement: rows,
    clients: 1,
    durable: true,
    control: 'check off',
    statement: copyMessages,
    weight: 2.5,
    selected: 'one design',
    blockMs: 0,
    async prepare({ clients, draw }) {
      const client = itemAt(clients, 0);
      const batches = Array.from({ length: 2 }, () => {
        const profiles = draw.profiles(rows);
        const lines = draw
          .unblocked(rows)
          .map((phone, index) => `${profiles[index]}\t${phone}\t${benchBody}\n`);
        return Buffer.from(lines.join(''));
      });
      let next = 0;
      const call = async (): Promise<void> => {
        const batch = itemAt(batches, next++ % batches.length);
        await pipeline(Readable.from([batch]), client.query(copyFrom(copyMessages)));
      };
      return { calls: [call] };
    },
  };
}
