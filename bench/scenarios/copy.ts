import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { itemAt } from '../../db/item-at.ts';
import { benchBody } from '../database/reservation.ts';
import type { Random } from '../stats/random.ts';
import { withNothingFirst } from './prepared.ts';
import type { Scenario } from './scenario.ts';
import { copyMessages, copyMessagesWithIds } from './statements.ts';

/** Where ids are left out each line is made again and again from the same few texts. */
const batchesWithoutIds = 2;

/**
 * Many rows by COPY, encoded beforehand.
 *
 * @param ids whether they are sent: a column whose default is volatile, left out, makes COPY insert row
 *   by row, whatever the check
 */
export function copy(rows: number, ids: 'ids sent' | 'ids left out'): Scenario {
  const sent = ids === 'ids sent';
  return {
    name: sent ? `copy-${rows}-ids` : `copy-${rows}`,
    title: `${rows.toLocaleString('en')} rows by COPY, ${ids}`,
    kind: 'copy',
    rowsPerStatement: rows,
    clients: 1,
    durable: true,
    control: 'check off',
    statement: sent ? copyMessagesWithIds : copyMessages,
    weight: 6,
    selected: 'one design',
    widthFactor: 2,
    async prepare({ arm, clients, asSent, calls, draw }) {
      const client = itemAt(clients, 0);
      const batches = Array.from(
        { length: sent ? calls : Math.min(calls, batchesWithoutIds) },
        () => {
          const profiles = draw.profiles(rows);
          const lines = draw.unblocked(rows).map((phone, index) => {
            const line = `${profiles[index]}\t${phone}\t${benchBody}\n`;
            return sent ? `${uuid7(Date.now(), draw.random, arm)}\t${line}` : line;
          });
          return Buffer.from(lines.join(''));
        },
      );
      const { text } = withNothingFirst(
        asSent({ name: '', text: sent ? copyMessagesWithIds : copyMessages }),
      );
      let next = 0;
      const call = async (): Promise<void> => {
        const batch = itemAt(batches, next++ % batches.length);
        await pipeline(Readable.from([batch]), client.query(copyFrom(text)));
      };
      return { calls: [call] };
    },
  };
}

/** A uuid of version 7 (RFC 9562). The arms draw the same numbers, and differ in one bit. */
function uuid7(unixMs: number, random: Random, arm: 'treatment' | 'control'): string {
  const time = unixMs.toString(16).padStart(12, '0');
  const bits = (count: number): string =>
    Math.floor(random() * 2 ** count)
      .toString(16)
      .padStart(count / 4, '0');
  const variant = arm === 'treatment' ? '8' : '9';
  return `${time.slice(0, 8)}-${time.slice(8)}-7${bits(12)}-${variant}${bits(12)}-${bits(24)}${bits(24)}`;
}
