import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { expectAccepted, expectRefused, expectSqlState } from '../conformance/expect.ts';
import { type Fixture, openFixture } from '../conformance/fixture.ts';
import { applyDesign } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';

/*
 * What is sent must be able to be blocked: a number that fits into no index could never opt out.
 */

const longest = 1024;
const tooLong = '22001';

/** Text that no compression makes shorter, of so many bytes; four bytes a character or one. */
const incompressible = (bytes: number): string =>
  randomBytes(bytes).toString('base64').slice(0, bytes);
const emoji = (bytes: number): string =>
  Array.from(randomBytes(bytes / 4), (byte) => String.fromCodePoint(0x1f300 + byte)).join('');

const kinds = [
  '+12015550100',
  '72975',
  'ACME',
  'whatsapp:+12015550101',
  'messenger:100012345678901',
  `${'a'.repeat(64)}@${'b'.repeat(185)}.com`,
];

for (const design of testedDesigns()) {
  describe(`the longest number, design ${design.name}`, () => {
    let database: TestDatabase;
    let fixture: Fixture;
    let app: pg.Client;
    let owner: pg.Client;

    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
      fixture = await openFixture(database.url, design);
      app = await fixture.session();
    });
    after(async () => {
      await fixture.close();
      await owner.end();
      await database.drop();
    });

    it('is sent to, blocked and refused as any other, of whatever characters', async () => {
      for (const phone of [...kinds, incompressible(longest), emoji(longest)]) {
        await fixture.block(app, phone);
        await expectRefused(phone, fixture.send(app, phone, await fixture.profile()));
      }
    });

    it('is the limit: one byte more is refused when it is sent, alone or among others', async () => {
      const profile = await fixture.profile();
      for (const phone of [incompressible(longest + 1), emoji(longest + 4), 'x'.repeat(5199)]) {
        await expectSqlState('alone', tooLong, fixture.send(app, phone, profile));
        await expectSqlState(
          'among others',
          tooLong,
          app.query(
            `insert into outbound_messages (profile_id, to_number, body)
             select $1, phone, 'long' from unnest($2::text[]) as phone`,
            [profile, [fixture.phone(), phone, fixture.phone()]],
          ),
        );
      }
      const { rows } = await owner.query(
        'select max(octet_length(to_number)) as longest from outbound_messages',
      );
      assert.deepEqual(rows, [{ longest }]);
    });

    it('holds for a message that is moved', async () => {
      const message = await fixture.send(app, fixture.phone(), await fixture.profile());
      const move = app.query('update outbound_messages set to_number = $2 where id = $1', [
        message,
        incompressible(longest + 1),
      ]);
      await expectSqlState('the move', tooLong, move);
    });

    it('leaves longer ones that are there already, which may be edited', async () => {
      const profile = await fixture.profile();
      await owner.query(design.checkOffSql);
      const id = await fixture.send(owner, incompressible(2_000), profile);
      await owner.query(design.checkOnSql);
      const edit = app.query(`update outbound_messages set body = 'edited' where id = $1`, [id]);
      assert.equal((await expectAccepted('an edit', edit)).rowCount, 1);
    });
  });
}
