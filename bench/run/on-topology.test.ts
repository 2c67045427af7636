import assert from 'node:assert/strict';
import { it } from 'node:test';
import { UserError } from '../../db/cli/errors.ts';
import { citus, oneServer } from '../../db/topologies/topology.ts';
import { onTopology } from './on-topology.ts';
import { type BenchFlags, readOptions } from './options.ts';

it('what a cluster cannot have is refused in one line, and so is on one server what needs a cluster', () => {
  const cases = [
    [citus, { sweep: '10k,1M' }, /^--sweep grows the tables of one server/],
    [citus, { instructions: true }, /^--instructions counts in one server process/],
    [citus, { designs: 'blocked_hash' }, /^blocked_hash is not available here: on Citus /],
    [citus, { designs: 'all' }, /is not available here/],
    [oneServer, { scenarios: 'at-worker' }, /^insert-durable-at-worker asks a worker of a cluster/],
  ] as const;
  for (const [topology, flags, says] of cases) {
    assert.throws(
      () => onTopology(readOptions(flags satisfies BenchFlags), topology),
      (error: unknown) =>
        error instanceof UserError && says.test(error.message) && !error.message.includes('\n'),
    );
  }
});

it('a run on a cluster has its own designs and nothing of the others; one on a server is as it was asked for', () => {
  const options = readOptions({ designs: 'blocked_contacts,statement_trigger', plans: true });
  const there = onTopology(options, citus);
  assert.deepEqual(
    there.designs.map(({ name, folder }) => [name, folder.href.startsWith(citus.designs.href)]),
    [
      ['blocked_contacts', true],
      ['statement_trigger', true],
    ],
  );
  assert.deepEqual([there.planned, there.besidePgbench], [[], false]);
  assert.equal(onTopology(options, oneServer), options);
});
