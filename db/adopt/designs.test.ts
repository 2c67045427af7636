import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { codeOf, UserError } from '../cli/errors.ts';
import { expectRefused } from '../conformance/expect.ts';
import { refusal } from '../contract.ts';
import { applyDesign, defaultDesignName, designNamed, listDesigns } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { adoptableDesign, adoptableDesigns } from './designs.ts';
import { examplePath } from './examples.ts';
import { adoptionFiles } from './files.ts';
import type { Mapping } from './mapping.ts';
import { quoteName } from './quote.ts';
import { readMapping } from './read-mapping.ts';
import {
  createStrangersDatabase,
  describeCatalog,
  makeHistory,
  runFile,
  runStep,
  startTraffic,
} from './testing.ts';
import { readAdoption, upgradeFile } from './upgrade.ts';
import { namesOf } from './words.ts';

const others = adoptableDesigns()
  .map(({ name }) => name)
  .filter((name) => name !== defaultDesignName);

const mappingOf = (example: string, design?: string): Mapping => {
  const { sendingRole: _, ...mapping } = readMapping(examplePath(example));
  return design === undefined ? mapping : { ...mapping, design };
};

describe('the designs that can be adopted', () => {
  it('are those that differ in the check alone, and of each other one it is said why not', () => {
    assert.deepEqual(others, ['statement_trigger', 'statement_trigger_array', 'hash_beside_key']);
    for (const { name, needs } of listDesigns()) {
      if (name === defaultDesignName || others.includes(name)) continue;
      assert.throws(
        () => adoptableDesign(name),
        (error) =>
          error instanceof UserError &&
          error.message.startsWith(`design ${name} cannot be adopted: `) &&
          error.message.includes(needs[0] ?? 'only functions, indexes of blocked_contacts') &&
          !error.message.includes('\n'),
      );
    }
  });

  for (const design of others) {
    it(`${design} over the lab’s own tables is the lab’s own`, async () => {
      const [migrated, adopted] = [
        await createTestDatabase(),
        await createStrangersDatabase('lab'),
      ];
      const [theirs, ours] = [await migrated.connect(), await adopted.connect()];
      try {
        await applyDesign(migrated.url, theirs, designNamed(design));
        for (const step of ['01', '02', '03', '04']) {
          await runStep(adopted, mappingOf('lab', design), step);
        }
        await ours.query('drop schema traffic, opt_out_adoption cascade');
        await theirs.query('drop schema optout_lab cascade');
        assert.deepEqual(await describeCatalog(ours), await describeCatalog(theirs));
      } finally {
        await theirs.end();
        await ours.end();
        await migrated.drop();
        await adopted.drop();
      }
    });
  }
});

for (const [example, designs] of [
  ['webhook', others],
  ['text-codes', others],
  ['partitioned', ['hash_beside_key']],
] as const) {
  describe(`one design for another in the tables of ${example}, beside traffic`, () => {
    const plain = mappingOf(example);
    const ours = quoteName(plain.schema);
    const wanted = (design: string): Mapping => ({ ...plain, design });
    let database: TestDatabase;
    let client: pg.Client;
    let catalogBefore: readonly string[];
    let switchedOn: readonly string[];

    before(async () => {
      database = await createStrangersDatabase(example);
      client = await database.connect();
      await makeHistory(client, 6000);
      catalogBefore = await describeCatalog(client);
      for (const step of ['01', '02', '03', '04']) await runStep(database, plain, step);
      switchedOn = await describeCatalog(client);
    });
    after(async () => {
      await client.end();
      await database.drop();
    });

    const blockedPhone = async (): Promise<string> => {
      const { rows } = await client.query<{ phone: string }>(
        `select phone from ${ours}.blocked_contacts limit 1`,
      );
      return rows[0]?.phone ?? assert.fail('nobody is blocked');
    };

    it('takes its place without a moment in which a blocked number passes, and may be run again', async () => {
      const phone = await blockedPhone();
      const traffic = startTraffic(database, 2);
      const trying = startTrying(database, phone);
      for (const design of [...designs, defaultDesignName]) {
        for (let time = 0; time < 2; time++) await runStep(database, wanted(design), '04');
        await runStep(database, wanted(design), '05');
        const { design: found } = await readAdoption(client, wanted(design));
        assert.equal(found, design);
        await expectRefused('a message', client.query('select traffic.send($1, 9)', [phone]));
        await client.query(`select traffic.send('12025550198', 9)`);
        const { rows } = await client.query(
          `select distinct p.proname as check
           from pg_trigger as t join pg_proc as p on p.oid = t.tgfoid where t.tgname = $1`,
          [namesOf(plain).refuseInsert],
        );
        assert.deepEqual(rows, [{ check: adoptableDesign(design).check }]);
      }
      const { sent } = await traffic.stop();
      assert.ok(sent > 0);
      assert.deepEqual(await trying.stop(), { accepted: 0 });
      assert.deepEqual(await describeCatalog(client), switchedOn);
      const { rows: differences } = await client.query(`select * from ${ours}.rederive_opt_outs()`);
      assert.deepEqual(differences, []);
    });

    it('is written by an upgrade whose mapping names another', async () => {
      for (const design of designs) {
        const adoption = await readAdoption(client, wanted(design));
        const file = upgradeFile(wanted(design), adoption) ?? assert.fail('no file');
        assert.deepEqual(
          file,
          adoptionFiles(wanted(design)).find(({ name }) => name === '04_switch_on.sql'),
        );
        await runFile(database, file);
        assert.equal(
          upgradeFile(wanted(design), await readAdoption(client, wanted(design))),
          undefined,
        );
      }
    });

    it('is rolled back by the files of any other', async () => {
      await runStep(database, plain, '06', ["set opt_out_adoption.roll_back = 'yes'"]);
      assert.deepEqual(await describeCatalog(client), catalogBefore);
    });
  });
}

describe('a statement trigger', () => {
  it('is refused where messages are partitioned, before anything is made and at the switch', async () => {
    const database = await createStrangersDatabase('partitioned');
    try {
      const stopped = /by design statement_trigger a message would pass that is inserted straight/;
      const wanted = mappingOf('partitioned', 'statement_trigger');
      await assert.rejects(runStep(database, wanted, '01'), stopped);
      for (const step of ['01', '02', '03', '04']) {
        await runStep(database, mappingOf('partitioned'), step);
      }
      await assert.rejects(runStep(database, wanted, '04'), stopped);
      await runStep(database, mappingOf('partitioned'), '05');
    } finally {
      await database.drop();
    }
  });

  it('refuses a statement of many rows for one, and leaves none of them', async () => {
    const database = await createStrangersDatabase('text-codes');
    const client = await database.connect();
    try {
      const wanted = mappingOf('text-codes', 'statement_trigger');
      for (const step of ['01', '02', '03', '04', '05']) await runStep(database, wanted, step);
      for (let sender = 0; sender < wanted.threshold; sender++) {
        await client.query('select traffic.report(traffic.send($1, $2), true)', [
          '12025550123',
          sender,
        ]);
      }
      const count = async (): Promise<object[]> =>
        (await client.query<object>('select count(*) from app.messages')).rows;
      const before = await count();
      await expectRefused(
        'a statement',
        client.query(
          'insert into app.messages (account_id, msisdn) values (9, 12025550124), (9, 12025550123)',
        ),
      );
      assert.deepEqual(await count(), before);
    } finally {
      await client.end();
      await database.drop();
    }
  });
});

/** Sends to a blocked number again and again, until it is stopped. */
function startTrying(database: TestDatabase, phone: string) {
  let stopped = false;
  let accepted = 0;
  const work = (async () => {
    const client = await database.connect();
    try {
      while (!stopped) {
        try {
          await client.query('select traffic.send($1, 8)', [phone]);
          accepted++;
        } catch (error) {
          if (codeOf(error) !== refusal.sqlState) throw error;
        }
      }
    } finally {
      await client.end();
    }
  })();
  work.catch(() => {}); // told when it is stopped
  return {
    async stop() {
      stopped = true;
      await work;
      return { accepted };
    },
  };
}
