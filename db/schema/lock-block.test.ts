import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type pg from 'pg';
import { onlyRow } from '../connection/only-row.ts';
import { applyDesign } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createTestRole, type TestRole } from '../testing/test-role.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { waitsFor } from '../testing/waits.ts';
import { expectStoppedByPolicy } from './testing.ts';

/* Where a design's reports and opt-ins meet: at a contact's row in blocked_contacts. */

for (const design of testedDesigns()) {
  if (design.sessionSql !== undefined) continue; // it differs in sends alone
  if (!design.keeps.includes('blocked_contacts')) continue;
  describe(`lock_block(), design ${design.name}`, () => {
    let database: TestDatabase;
    let owner: pg.Client;
    let other: pg.Client;
    let asker: pg.Client;
    let plain: TestRole;

    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
      other = await database.connect();
      asker = await database.connect();
      plain = await createTestRole(database, owner);
      await owner.query('insert into blocked_contacts (phone) select unnest($1::text[])', [
        ['+12025550100', '+12025550102', '12025550104', 'OPTOUTS'],
      ]);
    });
    afterEach(async () => {
      await owner.query('rollback');
      await other.query('rollback');
    });
    after(async () => {
      await plain.drop();
      await asker.end();
      await other.end();
      await owner.end();
      await database.drop();
    });

    const place = async (client: pg.Client, phone: string): Promise<string | null> =>
      onlyRow(
        await client.query<{ place: string | null }>('select lock_block($1) as place', [phone]),
      ).place;

    for (const [kind, phone] of [
      ['a number', '+12025550102'],
      ['a text that is no number', 'OPTOUTS'],
      ['digits without a plus', '12025550104'],
    ] as const) {
      it(`finds ${kind}, and holds it until the transaction ends`, async () => {
        await owner.query('begin');
        const { rows } = await asker.query<{ place: string }>(
          'select ctid as place from blocked_contacts where phone = $1',
          [phone],
        );
        assert.deepEqual(
          [await place(owner, phone)],
          rows.map((row) => row.place),
        );
        await other.query('begin');
        const alike = other.query('select from blocked_contacts where phone = $1 for key share', [
          phone,
        ]);
        await waitsFor(asker, other, owner, alike);
        await owner.query('rollback');
        await alike;
      });
    }

    for (const phone of ['+12025550101', '12025550100', 'OPTIN', '+12025550104']) {
      it(`finds no other contact's in place of ${phone}, and waits for none`, async () => {
        await other.query('begin');
        await other.query('select from blocked_contacts for update');
        await owner.query(`begin; set local lock_timeout = '5s'`);
        assert.equal(await place(owner, phone), null);
      });
    }

    it('stops where a policy may hide rows from the owner', async () => {
      await owner.query('begin');
      await expectStoppedByPolicy(owner, plain.name, 'blocked_contacts', [
        `select lock_block('+12025550100')`,
        `select lock_block('OPTOUTS')`,
      ]);
    });
  });
}
