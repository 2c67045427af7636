import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { applyDesign, designNamed } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { allBehaviours, runBehaviour } from './run-behaviours.ts';

for (const threshold of [1, 2, 4]) {
  describe(`a database that blocks from ${threshold} profiles on`, () => {
    const design = designNamed('opt_outs_ordinal');
    let database: TestDatabase;
    before(async () => {
      database = await createTestDatabase();
      const client = await database.connect();
      await client.query('select set_opt_out_block_threshold($1)', [threshold]);
      await client.end();
    });
    after(() => database.drop());

    const failures = async (name: string): Promise<readonly string[]> => {
      const failed: string[] = [];
      for (const behaviour of allBehaviours) {
        const result = await runBehaviour(database.url, designNamed(name), behaviour);
        if (result.outcome !== 'passed') failed.push(`${behaviour.name}: ${result.reason}`);
      }
      return failed;
    };

    it('shows every behaviour', async () => {
      assert.deepEqual(await failures('blocked_contacts'), []);
    });

    it('shows them under a design that counts by itself', async () => {
      const client = await database.connect();
      await applyDesign(database.url, client, design);
      await client.end();
      assert.deepEqual(await failures(design.name), []);
    });
  });
}
