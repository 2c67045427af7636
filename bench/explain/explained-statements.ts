import type pg from 'pg';
import { onlyRow } from '../../db/connection/only-row.ts';
import { itemAt } from '../../db/item-at.ts';
import type { Topology } from '../../db/topologies/topology.ts';
import { benchBody } from '../database/reservation.ts';
import type { Draw } from '../scenarios/draw.ts';
import { reportStatements, statements } from '../scenarios/statements.ts';
import type { PlanPlace } from './plan-place.ts';

/** A statement whose plan is kept. */
export interface Explained {
  readonly name: string;
  readonly title: string;
  readonly sql: string;
  /** Runs first in the same transaction; returns the statement's parameters. */
  readonly prepare: (
    client: pg.Client,
    draw: Draw,
    blockThreshold: number,
  ) => Promise<readonly unknown[]>;
  /** For a send of one message: a number to look up by itself, where nobody sees into triggers. */
  readonly lookUp?: (draw: Draw) => string;
}

type AsSent = PlanPlace['asSent'];

/** What is explained, as it is sent where plans are taken. */
export const explainedStatements = (topology: Topology, asSent: AsSent): readonly Explained[] => [
  insertOf(asSent, 'insert', 'one message', (draw) => draw.unblocked(1)),
  insertOf(asSent, 'insert-refused', 'one message to a blocked number', (draw) => draw.blocked(1)),
  bulkOf(asSent, 10),
  bulkOf(asSent, 1_000),
  reportOf(topology, asSent, 'report-first', 'the first 21610 of a number', () => 0),
  reportOf(
    topology,
    asSent,
    'report-blocking',
    'the 21610 that blocks a number',
    (threshold) => threshold - 1,
  ),
];

function insertOf(
  asSent: AsSent,
  name: string,
  title: string,
  phones: (draw: Draw) => string[],
): Explained {
  return {
    name,
    title,
    sql: asSent(statements.insertMessage.text),
    lookUp: (draw) => itemAt(phones(draw), 0),
    prepare: async (_client, draw) => [
      itemAt(draw.profiles(1), 0),
      itemAt(phones(draw), 0),
      benchBody,
    ],
  };
}

function bulkOf(asSent: AsSent, rows: number): Explained {
  return {
    name: `bulk-${rows}`,
    title: `${rows.toLocaleString('en')} messages in one statement`,
    sql: asSent(statements.insertMessages.text),
    prepare: async (_client, draw) => [draw.profiles(rows), draw.unblocked(rows), benchBody],
  };
}

/** A 21610 for a number that has opted out of some profiles before. */
function reportOf(
  topology: Topology,
  asSent: AsSent,
  name: string,
  title: string,
  earlier: (blockThreshold: number) => number,
): Explained {
  const { insertReport, valuesOf } = reportStatements(topology);
  const sql = asSent(insertReport.text);
  return {
    name,
    title,
    sql,
    async prepare(client, draw, blockThreshold) {
      const before = earlier(blockThreshold);
      const phone = itemAt(draw.own(1), 0);
      const profiles = [...new Set(draw.profiles(64 * (before + 1)))].slice(0, before + 1);
      let values: readonly unknown[] = [];
      for (const [index, profile] of profiles.entries()) {
        const message = await client.query<{ id: string }>(
          asSent(`${statements.insertMessage.text} returning id`),
          [profile, phone, benchBody],
        );
        values = valuesOf({ id: onlyRow(message).id, to_number: phone }, 21610);
        if (index < before) await client.query(sql, [...values]);
      }
      return values;
    },
  };
}
