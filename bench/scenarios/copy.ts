import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { itemAt } from '../../db/item-at.ts';
import { benchBody } from '../database/reservation.ts';
import type { Random } from '../stats/random.ts';
import { withNothingFirst } from './prepared.ts';
import type { Scenario } from './scenario.ts';
import { copyMessages, copyMessagesWithIds } from './statements.ts';

/** Numbers and profiles of so many batches are drawn; each batch has ids of its own. */
const batchesDrawn = 2;

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
    weight: 10,
    selected: 'one design',
    widthFactor: 2,
    async prepare({ arm, clients, asSent, calls, draw }) {
      const client = itemAt(clients, 0);
      const drawn = Array.from({ length: Math.min(calls, batchesDrawn) }, () => {
        const profiles = draw.profiles(rows);
        return draw
          .unblocked(rows)
          .map((phone, index) => `${profiles[index]}\t${phone}\t${benchBody}\n`);
      });
      const withIds = (lines: readonly string[]): readonly string[] =>
        lines.map((line) => `${uuid7(Date.now(), draw.random, arm)}\t${line}`);
      const batches = Array.from({ length: sent ? calls : drawn.length }, (_, index) => {
        const lines = itemAt(drawn, index % drawn.length);
        return Buffer.from((sent ? withIds(lines) : lines).join(''));
      });
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

/** Twelve bits as text. */
const hexDigits = Array.from({ length: 4_096 }, (_, bits) => bits.toString(16).padStart(3, '0'));

/** A uuid of version 7 (RFC 9562). The arms draw the same numbers, and differ in one bit. */
function uuid7(unixMs: number, random: Random, arm: 'treatment' | 'control'): string {
  const time = unixMs.toString(16).padStart(12, '0');
  const three = (): string => itemAt(hexDigits, Math.floor(random() * hexDigits.length));
  const variant = arm === 'treatment' ? '8' : '9';
  const node = `${three()}${three()}${three()}${three()}`;
  return `${time.slice(0, 8)}-${time.slice(8)}-7${three()}-${variant}${three()}-${node}`;
}
