import type { Scenario } from './scenario.ts';
import { singleRow } from './single-row.ts';

/** One row a transaction by several clients at once, each waiting for its answer. */
export function manyClients(clients: number): Scenario {
  return singleRow({
    name: `clients-${clients}`,
    title: `${clients} clients, one durable row a transaction each`,
    durable: true,
    clients,
    weight: 3,
    selected: clients === 4 ? 'one design' : 'on request',
  });
}
