import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { applyDesign } from '../designs.ts';
import { skipDesign } from '../testing/skip-design.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { allBehaviours, runBehaviour } from './run-behaviours.ts';

for (const design of testedDesigns()) {
  describe(`design ${design.name}`, { skip: await skipDesign(design) }, () => {
    let database: TestDatabase;

    before(async () => {
      database = await createTestDatabase();
      const client = await database.connect();
      try {
        await applyDesign(database.url, client, design);
      } finally {
        await client.end();
      }
    });

    after(() => database.drop());

    for (const behaviour of allBehaviours) {
      const expected = design.cannot.includes(behaviour.name) ? 'failed' : 'passed';
      it(expected === 'passed' ? behaviour.name : `cannot: ${behaviour.name}`, async () => {
        const result = await runBehaviour(database.url, design, behaviour);
        assert.equal(result.outcome, expected, result.outcome === 'failed' ? result.reason : '');
      });
    }

    it('leaves nothing behind when its checks are done', async () => {
      const client = await database.connect();
      try {
        const { rows } = await client.query(
          `select (select count(*) from profiles)::integer
                + (select count(*) from outbound_messages)::integer
                + (select count(*) from delivery_reports)::integer
                + (select count(*) from opt_outs)::integer
                + (select count(*) from blocked_contacts)::integer
                + (select count(*) from opt_ins)::integer as rows`,
        );
        assert.deepEqual(rows, [{ rows: 0 }]);
      } finally {
        await client.end();
      }
    });
  });
}
