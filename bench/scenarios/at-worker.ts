import type pg from 'pg';
import { UserError } from '../../db/cli/errors.ts';
import { citusSql } from '../../db/topologies/citus/statements.ts';
import { hashText } from '../load/client/node-of-number.ts';
import type { Draw } from './draw.ts';
import type { Scenario } from './scenario.ts';

/** Numbers drawn at a time, of which those that are the worker's are kept. */
const drawnAtOnce = 16;

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
    prepare: async (context) =>
      scenario.prepare({ ...context, draw: await drawAtWorker(context.admin, context.draw) }),
  };
}

/**
 * Draws as another does, only numbers that are at the worker which is asked directly.
 *
 * @throws UserError where that worker holds none
 */
async function drawAtWorker(admin: pg.Client, draw: Draw): Promise<Draw> {
  const { rows: shards } = await admin.query<HashRange>(citusSql('shards_at_worker'));
  if (shards.length === 0) throw new UserError('the first worker of the cluster holds no shard');
  return drawFrom(shards, draw);
}

/** Hash values of the numbers of a shard: the first and the last. */
export interface HashRange {
  readonly from: number;
  readonly to: number;
}

/** Draws as another does, only numbers of some shards. */
export function drawFrom(shards: readonly HashRange[], draw: Draw): Draw {
  const isThere = (phone: string): boolean => {
    const hash = hashText(phone);
    return shards.some(({ from, to }) => from <= hash && hash <= to);
  };
  return {
    ...draw,
    unblocked: (count) => drawWhere(isThere, draw.unblocked, count),
    blocked: (count) => drawWhere(isThere, draw.blocked, count),
    own: (count) => {
      const found = new Set<string>();
      while (found.size < count) for (const one of drawWhere(isThere, draw.own, 1)) found.add(one);
      return [...found];
    },
  };
}

/** So many of those that hold, each as often as it is drawn. */
function drawWhere(
  holds: (phone: string) => boolean,
  draw: (count: number) => string[],
  count: number,
): string[] {
  const found: string[] = [];
  while (found.length < count) found.push(...draw(drawnAtOnce).filter(holds));
  return found.slice(0, count);
}
