import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { connect } from '../connection/connect.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { createTestRole, type TestRole } from '../testing/test-role.ts';
import { rightsOf, rightsToTry } from '../testing/tried-rights.ts';
import { exampleNames, examplePath } from './examples.ts';
import type { Mapping } from './mapping.ts';
import { readMapping } from './read-mapping.ts';
import { createStrangersDatabase, runStep } from './testing.ts';

/* What the role that sends may do with all that an adoption makes: found in the catalog, nothing listed here. */

const kinds = ['tables', 'sequences', 'functions', 'schemas'];

for (const example of exampleNames) {
  describe(`the role that sends, example ${example}`, () => {
    let database: TestDatabase;
    let owner: pg.Client;
    let role: TestRole;
    let session: pg.Client;
    let mapping: Mapping;

    before(async () => {
      database = await createStrangersDatabase(example);
      owner = await database.connect();
      role = await createTestRole(database, owner);
      session = await connect(role.url);
      mapping = { ...readMapping(examplePath(example)), sendingRole: role.name };
    });
    after(async () => {
      await session.end();
      await role.drop();
      await owner.end();
      await database.drop();
    });

    it('has no right to what is made, whatever it gets by default, but to what everybody may call', async () => {
      const before = new Set((await rightsToTry(owner)).map(({ object }) => object));
      for (const kind of kinds) {
        await owner.query(`alter default privileges grant all on ${kind} to ${role.name}`);
      }
      for (const step of ['01', '02', '03', '04', '05', '02']) {
        await runStep(database, mapping, step);
      }
      const designs = [
        'hash_beside_key',
        ...(example === 'partitioned' ? [] : ['statement_trigger']),
      ];
      for (const design of ['blocked_contacts', ...designs]) {
        await runStep(database, { ...mapping, design }, '04');
        const made = (await rightsToTry(owner)).filter(({ object }) => !before.has(object));
        assert.ok(made.length > 50, `${made.length} rights were tried`);
        assert.deepEqual(
          (await rightsOf(session, made)).map((right) => right.replace(`${mapping.schema}.`, '')),
          ['execute on longest_to_number()', 'execute on opt_out_block_threshold()'],
          design,
        );
      }
    });

    it('keeps opt_in() where it was granted, whatever file is run again', async () => {
      const asked = `select has_function_privilege('${role.name}', oid, 'execute') as may
                     from pg_proc where proname = 'opt_in'`;
      await owner.query(`grant execute on function ${mapping.schema}.opt_in to ${role.name}`);
      await runStep(database, mapping, '02');
      assert.deepEqual((await owner.query(asked)).rows, [{ may: true }]);
    });
  });
}
