import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { connect } from '../connection/connect.ts';
import { applyDesign, defaultDesignName, designNamed } from '../designs.ts';
import { skipDesign } from '../testing/skip-design.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createTestRole, documentedGrants, type TestRole } from '../testing/test-role.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { rightsOf, rightsToTry } from '../testing/tried-rights.ts';

/*
 * What an application's role can do: every table, view, column and sequence tried, and every function
 * looked up, that the catalog knows outside the server's own schemas, under every design, against what is declared here and
 * after a design's `-- needs:`. What a later migration or design adds is tried without being listed.
 */

/** What everybody may call, where it is there: constants, what only reads its argument, and new ids (before 18). */
const everybodyMay = [
  'longest_to_number()',
  'opt_out_block_threshold()',
  'phone_number(text)',
  'uuidv7()',
];

/** By the grants of docs/schema.md. */
const granted = [
  'insert on public.delivery_reports',
  'insert on public.outbound_messages',
  'select (id) on public.delivery_reports',
  'select (id) on public.outbound_messages',
];

for (const design of testedDesigns()) {
  describe(`every object of design ${design.name}`, { skip: await skipDesign(design) }, () => {
    let database: TestDatabase;
    let owner: pg.Client;
    let role: TestRole;
    let app: pg.Client;

    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      role = await createTestRole(database, owner);
      await owner.query(documentedGrants(role.name));
      await applyDesign(database.url, owner, design);
      for (const need of design.needs) await owner.query(`grant ${need} to ${role.name}`);
      app = await connect(role.url);
    });
    after(async () => {
      await app.end();
      await role.drop();
      await applyDesign(database.url, owner, designNamed(defaultDesignName));
      await owner.end();
      await database.drop();
    });

    it('is denied to an application but what is declared', async () => {
      const rows = await rightsToTry(owner);
      assert.ok(rows.length > 50, `${rows.length} rights were tried`);
      const allowed = await rightsOf(app, rows);
      const there = everybodyMay.filter((name) => rows.some(({ object }) => object === name));
      const needed = design.needs.flatMap((need) => {
        const table = /^select on (\w+)$/.exec(need)?.[1];
        if (table === undefined) return [need.replace('on function', 'on')];
        return rows // a table's right is one to each of its columns
          .filter((row) => row.object === `public.${table}` && row.privilege.startsWith('select'))
          .map((row) => `${row.privilege} on ${row.object}`);
      });
      assert.deepEqual(
        allowed,
        [...granted, ...there.map((name) => `execute on ${name}`), ...needed].sort(),
      );
    });
  });
}
