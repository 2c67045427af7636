import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { UserError } from '../cli/errors.ts';
import { allBehaviours, runBehaviour } from '../conformance/run-behaviours.ts';
import { applyDesign, designsFolder, listDesigns } from '../designs.ts';
import { dbmate } from '../schema/dbmate.ts';
import { labSchema } from '../schema/migrate.ts';
import { readSql } from '../sql.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { layDesign } from './lay-design.ts';

const catalogSql = readSql(new URL('../catalog.test.sql', import.meta.url));

describe('a design that was laid', () => {
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-new-design-'));
  const designs = pathToFileURL(`${folder}/`);
  before(() => cpSync(designsFolder, folder, { recursive: true }));
  after(() => rmSync(folder, { recursive: true }));

  const namesIn = (): readonly string[] => readdirSync(folder).sort();

  it('has a header, the next number, and its name in place of the template’s', () => {
    const last = Math.max(...listDesigns(designs).map(({ version }) => Number(version)));
    const path = layDesign('first_try', designs);
    assert.equal(path, `first_try/${last + 1}_first_try.sql`);
    assert.doesNotMatch(readFileSync(join(folder, path), 'utf8'), /design_name/);
    assert.equal(layDesign('second', designs), `second/${last + 2}_second.sql`);
    const laid = listDesigns(designs).slice(-2);
    assert.deepEqual(
      laid.map(({ name, title, keeps }) => [name, title, keeps]),
      [
        ['first_try', 'first_try', ['opt_outs', 'blocked_contacts']],
        ['second', 'second', ['opt_outs', 'blocked_contacts']],
      ],
    );
  });

  it('leaves nothing where its name is none, or is taken', () => {
    const before = namesIn();
    for (const name of [
      '',
      'Big',
      '1st',
      'a-b',
      'a/b',
      'blocked_hash',
      'first_try',
      'blocked_contact',
    ]) {
      assert.throws(() => layDesign(name, designs), UserError, name);
    }
    assert.deepEqual(namesIn(), before);
  });

  it('shows every behaviour as it is, and gives way to the default without a trace', async () => {
    const laid = listDesigns(designs).find(({ name }) => name === 'first_try');
    assert.ok(laid !== undefined);
    const database = await createTestDatabase();
    const client = await database.connect();
    try {
      const catalog = async (): Promise<unknown> => (await client.query(catalogSql)).rows;
      const before = await catalog();
      await applyDesign(database.url, client, laid);
      assert.notDeepEqual(await catalog(), before);
      for (const behaviour of allBehaviours) {
        const result = await runBehaviour(database.url, laid, behaviour);
        assert.equal(result.outcome, 'passed', behaviour.name);
      }
      await dbmate(
        database.url,
        { folder: laid.folder, historyTable: `${labSchema}.design_migrations` },
        'rollback',
      );
      assert.deepEqual(await catalog(), before);
    } finally {
      await client.end();
      await database.drop();
    }
  });
});
