import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { applyDesign } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';

/* What blocked_contacts holds, whatever its index: every number once. */

const block = 'insert into blocked_contacts (phone) values ($1)';
/** Numbers that differ in their first or last digit, with and without a sign, and texts that are none. */
const phones = [
  '+12025550001',
  '+22025550001',
  '+12025550002',
  '12025550001',
  '2025550001',
  'ACME',
  'ACNE',
];
/** A unique index says the one, an exclusion constraint the other. */
const twice = ['23505', '23P01'];

for (const design of testedDesigns()) {
  if (!design.keeps.includes('blocked_contacts')) continue;
  describe(`blocked_contacts, design ${design.name}`, () => {
    let database: TestDatabase;
    let owner: pg.Client;
    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
    });
    after(async () => {
      await owner.end();
      await database.drop();
    });

    it('takes every number once, and none that is null', async () => {
      for (const phone of phones) await owner.query(block, [phone]);
      for (const phone of phones) {
        await assert.rejects(
          owner.query(block, [phone]),
          (error) => twice.includes(codeOf(error) ?? ''),
          phone,
        );
      }
      await assert.rejects(owner.query(block, [null]), { code: '23502' });
    });
  });
}
