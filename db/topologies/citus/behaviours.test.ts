import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { allBehaviours, runBehaviour } from '../../conformance/run-behaviours.ts';
import { applyDesign, listDesigns } from '../../designs.ts';
import {
  type CitusDatabase,
  createCitusDatabase,
  skipCitus,
} from '../../testing/citus-database.ts';
import { citus } from '../topology.ts';

/* Every behaviour on a cluster: from the coordinator, and from sessions at all of its nodes in turn. */

for (const design of listDesigns(citus.designs)) {
  describe(`design ${design.name} on Citus`, { skip: skipCitus() }, () => {
    let database: CitusDatabase;

    before(async () => {
      database = await createCitusDatabase();
      const client = await database.connect();
      try {
        await applyDesign(database.url, client, design);
      } finally {
        await client.end();
      }
    });

    after(() => database?.drop());

    for (const behaviour of allBehaviours) {
      const expected = design.cannot.includes(behaviour.name) ? 'failed' : 'passed';
      for (const where of ['the coordinator', 'all nodes'] as const) {
        const name = `${behaviour.name}, from ${where}`;
        it(expected === 'passed' ? name : `cannot: ${name}`, async () => {
          const places = where === 'all nodes' ? [...database.workers, database.url] : undefined;
          const result = await runBehaviour(database.url, design, behaviour, {
            ...(places === undefined ? {} : { places }),
          });
          assert.equal(result.outcome, expected, result.outcome === 'failed' ? result.reason : '');
        });
      }
    }

    it('leaves nothing behind when its checks are done', async () => {
      const client = await database.connect();
      try {
        for (const table of [
          'profiles',
          'outbound_messages',
          'delivery_reports',
          'opt_outs',
          'blocked_contacts',
        ]) {
          const { rows } = await client.query(`select count(*)::integer as rows from ${table}`);
          assert.deepEqual(rows, [{ rows: 0 }], table);
        }
      } finally {
        await client.end();
      }
    });
  });
}
