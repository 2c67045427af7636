import { UserError } from '../../db/cli/errors.ts';
import { designOf } from '../../db/designs.ts';
import { citus, type Topology } from '../../db/topologies/topology.ts';
import type { BenchOptions } from './options.ts';

/**
 * A run as a database's topology can have it: its own designs, and only what it can measure.
 *
 * @throws UserError for a design that it lacks, and for what was asked for and is one server's
 */
export function onTopology<Options extends BenchOptions>(
  options: Options,
  topology: Topology,
): Options {
  if (topology !== citus) {
    const direct = options.scenarios.find(({ at }) => at !== undefined);
    if (direct === undefined) return options;
    throw new UserError(`${direct.name} asks a worker of a cluster, and this is one server`);
  }
  if (options.sweep.length > 0) {
    throw new UserError('--sweep grows the tables of one server: on Citus name one --scale');
  }
  if (options.pooler !== undefined) {
    throw new UserError('--pooler is for one server: nothing was tried of one before a cluster');
  }
  if (options.instructions === 'every design') {
    throw new UserError('--instructions counts in one server process: a cluster has several');
  }
  return {
    ...options,
    designs: options.designs.map((design) => designOf(topology, design)),
    planned: [],
    instructions: 'none',
    besidePgbench: false,
  };
}
