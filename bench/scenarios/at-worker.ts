import type pg from 'pg';
import { itemAt } from '../../db/item-at.ts';
import { citusSql } from '../../db/topologies/citus/statements.ts';
import type { Scenario } from './scenario.ts';

/** Numbers drawn for a slice, of which those that are the worker's are kept. */
const drawn = 8_192;

/**
 * The same asked of the worker that holds the number, past the coordinator: for a cluster. Its sessions are at
 * one worker, and its numbers that worker's own.
 */
export function atWorker(scenario: Scenario): Scenario {
  return {
    ...scenario,
    name: `${scenario.name}-at-worker`,
    title: `${scenario.title}, at the worker that holds the number`,
    at: 'a worker',
    selected: 'on request',
    async prepare(context) {
      const own = await numbersAtWorker(context.admin, context.draw.unblocked(drawn));
      let next = 0;
      const unblocked = (count: number): string[] =>
        Array.from({ length: count }, () => itemAt(own, next++ % own.length));
      return scenario.prepare({ ...context, draw: { ...context.draw, unblocked } });
    },
  };
}

async function numbersAtWorker(
  admin: pg.Client,
  phones: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await admin.query<{ phone: string }>(citusSql('numbers_at_worker'), [phones]);
  return rows.map(({ phone }) => phone);
}
