import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { expectRefused } from '../conformance/expect.ts';
import { openFixture } from '../conformance/fixture.ts';
import { designNamed } from '../designs.ts';
import { readSql } from '../sql.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { migrationText } from './migration-texts.ts';

const { up, down } = migrationText('20250101000005');
const catalogSql = readSql(new URL('../catalog.test.sql', import.meta.url));

describe('the migration of what checks a send', () => {
  it('goes down and up again over data: the same catalog, the same blocks, the same refusals', async () => {
    assert.ok(up.length > 0 && down.length > 0);
    const database = await createTestDatabase();
    const owner = await database.connect();
    const fixture = await openFixture(database.url, designNamed('blocked_contacts'));
    try {
      const catalog = async (): Promise<unknown> => (await owner.query(catalogSql)).rows;
      const differences = async (): Promise<unknown> =>
        (await owner.query('select * from rederive_opt_outs()')).rows;
      const phone = fixture.phone();
      await fixture.block(owner, phone);
      const before = await catalog();
      await owner.query(down);
      assert.notDeepEqual(await catalog(), before);
      await expectRefused('before the migration', fixture.send(owner, phone, null));
      assert.deepEqual(await differences(), []);
      await owner.query(up);
      assert.deepEqual(await catalog(), before);
      await expectRefused('after the migration', fixture.send(owner, phone, null));
      assert.deepEqual(await differences(), []);
    } finally {
      await fixture.close();
      await owner.end();
      await database.drop();
    }
  });
});
