import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { connect } from '../connection/connect.ts';
import { onlyRow } from '../connection/only-row.ts';
import { applyDesign, defaultDesignName, designNamed } from '../designs.ts';
import { readSql } from '../sql.ts';
import { insufficientPrivilege, wrongObjectType } from '../sqlstates.ts';
import { skipDesign } from '../testing/skip-design.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createTestRole, documentedGrants, type TestRole } from '../testing/test-role.ts';
import { testedDesigns } from '../testing/tested-designs.ts';

/*
 * What an application's role can do: every table, view, column and sequence tried, and every function
 * looked up, that the catalog knows outside the server's own schemas, under every design, against what is declared here and
 * after a design's `-- needs:`. What a later migration or design adds is tried without being listed.
 */

const objectsSql = readSql(new URL('./objects.test.sql', import.meta.url));

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
      const { rows } = await owner.query<{ object: string; privilege: string; statement: string }>(
        objectsSql,
      );
      assert.ok(rows.length > 50, `${rows.length} rights were tried`);
      const allowed: string[] = [];
      for (const { object, privilege, statement } of rows) {
        const may = privilege === 'execute' ? await mayCall(object) : !(await isDenied(statement));
        if (may) allowed.push(`${privilege} on ${object}`);
      }
      const there = everybodyMay.filter((name) => rows.some(({ object }) => object === name));
      const needed = design.needs.flatMap((need) => {
        const table = /^select on (\w+)$/.exec(need)?.[1];
        if (table === undefined) return [need.replace('on function', 'on')];
        return rows // a table's right is one to each of its columns
          .filter((row) => row.object === `public.${table}` && row.privilege.startsWith('select'))
          .map((row) => `${row.privilege} on ${row.object}`);
      });
      assert.deepEqual(
        allowed.sort(),
        [...granted, ...there.map((name) => `execute on ${name}`), ...needed].sort(),
      );
    });

    /** As the catalog has it: a function that may be called may still be denied what it reads. */
    async function mayCall(name: string): Promise<boolean> {
      const answer = await app.query<{ may: boolean }>(
        `select has_function_privilege($1, 'execute') as may`,
        [name],
      );
      return onlyRow(answer).may;
    }

    /**
     * Whether a right is lacking, or nobody can do it at all, as truncating a view; whatever else a
     * statement says, it came past the rights.
     */
    async function isDenied(statement: string): Promise<boolean> {
      await app.query('begin');
      try {
        await app.query(statement);
        return false;
      } catch (error) {
        return [insufficientPrivilege, wrongObjectType].includes(codeOf(error) ?? '');
      } finally {
        await app.query('rollback');
      }
    }
  });
}
