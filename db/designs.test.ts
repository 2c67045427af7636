import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type pg from 'pg';
import { UserError } from './cli/errors.ts';
import { expectAccepted, expectRefused } from './conformance/expect.ts';
import { type Fixture, openFixture } from './conformance/fixture.ts';
import { allBehaviours } from './conformance/run-behaviours.ts';
import { optedOut } from './contract.ts';
import {
  applyDesign,
  type Design,
  defaultDesignName,
  designNamed,
  listDesigns,
  whyNotHere,
} from './designs.ts';
import { itemAt } from './item-at.ts';
import { readSql } from './sql.ts';
import { skipDesign } from './testing/skip-design.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { testedDesigns } from './testing/tested-designs.ts';

const catalogSql = readSql(new URL('./catalog.test.sql', import.meta.url));
const byDefault = designNamed(defaultDesignName);

describe('designs', () => {
  it('have versions of their own', () => {
    const versions = listDesigns().map((design) => design.version);
    assert.deepEqual([...new Set(versions)], versions);
  });

  it('name only checks that exist among those they cannot pass', () => {
    const names = new Set(allBehaviours.map((behaviour) => behaviour.name));
    const unknown = listDesigns().flatMap((design) =>
      design.cannot.filter((name) => !names.has(name)),
    );
    assert.deepEqual(unknown, []);
  });
});

describe('a design folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-designs-'));
  const own = join(folder, 'mine');
  const migration = join(own, '08_blocked_hash.sql');
  before(() =>
    cpSync(new URL('./designs/blocked_hash', import.meta.url), own, { recursive: true }),
  );
  after(() => rmSync(folder, { recursive: true }));

  const refused = (says: RegExp): void =>
    assert.throws(
      () => listDesigns(pathToFileURL(`${folder}/`)),
      (error) => error instanceof UserError && says.test(error.message),
    );

  it('is refused for a line that its header lacks', () => {
    const text = readFileSync(migration, 'utf8');
    for (const key of ['title', 'idea', 'choose it when', 'costs', 'keeps']) {
      writeFileSync(migration, text.replace(`-- ${key}: `, '-- '));
      refused(new RegExp(`^db/designs/mine/08_blocked_hash.sql has no line "-- ${key}: …"$`));
    }
    writeFileSync(migration, text);
    assert.equal(listDesigns(pathToFileURL(`${folder}/`))[0]?.name, 'mine');
  });

  it('has the default for a file that is absent, and its own trigger for a check that its migration makes', () => {
    const design = (): Design => itemAt(listDesigns(pathToFileURL(`${folder}/`)), 0);
    const texts = (each: Design): readonly (string | undefined)[] => [
      each.checkOffSql,
      each.checkOnSql,
      each.forgetSql,
      each.optOutsSql,
    ];
    assert.deepEqual(texts(design()), texts(byDefault));
    const trigger = `create or replace trigger outbound_messages_refuse_blocked_insert
after insert on public.outbound_messages
execute function public.mine();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'A statement; and its end.';
`;
    const text = readFileSync(migration, 'utf8');
    writeFileSync(migration, text.replace('-- migrate:down', `${trigger}\n-- migrate:down`));
    assert.equal(design().checkOnSql, trigger);
    writeFileSync(migration, text.replace('-- migrate:down', `-- migrate:down\n${trigger}`));
    assert.equal(design().checkOnSql, byDefault.checkOnSql);
    writeFileSync(migration, text);
    for (const file of ['check_off.sql', 'check_on.sql', 'forget.sql', 'opt_outs.sql']) {
      writeFileSync(join(own, file), `select '${file}';\n`);
    }
    assert.deepEqual(texts(design()), [
      "select 'check_off.sql';\n",
      "select 'check_on.sql';\n",
      "select 'forget.sql';\n",
      "select 'opt_outs.sql';\n",
    ]);
    for (const file of ['check_off.sql', 'check_on.sql', 'forget.sql', 'opt_outs.sql'])
      rmSync(join(own, file));
  });

  it('keeps the order of opt-outs where it keeps them, unless it says that it does not', () => {
    const design = (): Design => itemAt(listDesigns(pathToFileURL(`${folder}/`)), 0);
    const text = readFileSync(migration, 'utf8');
    assert.equal(design().keepsOrder, true);
    writeFileSync(migration, `-- order: none\n${text}`);
    assert.equal(design().keepsOrder, false);
    assert.equal(design().optOutsSql, byDefault.optOutsSql);
    writeFileSync(migration, text.replace('-- keeps: opt_outs, ', '-- keeps: '));
    assert.equal(design().optOutsSql, undefined);
    assert.equal(design().keepsOrder, false);
    writeFileSync(migration, text);
  });

  it('is refused with only one of check_off.sql and check_on.sql, and without a migration', () => {
    for (const file of ['check_off.sql', 'check_on.sql']) {
      writeFileSync(join(own, file), 'select;\n');
      refused(/^db\/designs\/mine has only one of check_off\.sql and check_on\.sql$/);
      rmSync(join(own, file));
    }
    rmSync(migration);
    refused(/^db\/designs\/mine has no migration: a file NN_mine\.sql$/);
  });
});

describe('a server without ICU', () => {
  it('is said to lack the collation of a design, in one line, and has all others', async () => {
    const database = await createTestDatabase();
    const client = await database.connect();
    try {
      await client.query('set allow_system_table_mods = on');
      await client.query(`delete from pg_collation where collname like '%-x-icu'`); // of this database
      for (const design of testedDesigns()) {
        assert.equal(
          await whyNotHere(client, design),
          design.name === 'blocked_icu'
            ? 'the server has no collation "und-x-icu" (it may be built without ICU)'
            : undefined,
        );
      }
    } finally {
      await client.end();
      await database.drop();
    }
  });
});

for (const design of testedDesigns()) {
  const skip = await skipDesign(design);
  describe(`design ${design.name}, laid over a database that is in use`, { skip }, () => {
    let database: TestDatabase;
    let client: pg.Client;
    let fixture: Fixture;
    let catalogBefore: readonly string[];
    let phones: Phones;

    before(async () => {
      database = await createTestDatabase();
      client = await database.connect();
      catalogBefore = await catalogOf(client);
      fixture = await openFixture(database.url, byDefault);
      phones = await history(fixture, client);
      await applyDesign(database.url, client, design);
    });

    after(async () => {
      await fixture.close();
      await client.end();
      await database.drop();
    });

    it('keeps only relations that exist', async () => {
      const { rows } = await client.query<{ missing: string }>(
        'select name as missing from unnest($1::text[]) as name where to_regclass(name) is null',
        [design.keeps],
      );
      assert.deepEqual(rows, []);
    });

    it('refuses what was blocked before and counts what was recorded before', async () => {
      const app = await sessionOf(database, design);
      try {
        for (const [index, phone] of phones.two.entries()) {
          await expectAccepted('two before', fixture.send(app, phone, null));
          await reportFrom(fixture, app, phone, phones.profiles[index % 2]);
          await expectAccepted('a profile that counts already', fixture.send(app, phone, null));
          await reportFrom(fixture, app, phone, phones.profiles[2]);
          await expectRefused('the third since', fixture.send(app, phone, null));
        }
        for (const phone of phones.three) {
          await expectRefused('blocked before', fixture.send(app, phone, null));
        }
        await expectRefused('blocked before, unreported', fixture.send(app, phones.erased, null));
        await expectAccepted('never reported', fixture.send(app, phones.none, null));
      } finally {
        await app.end();
      }
    });

    it('has the same catalog after its check is switched off and on', async () => {
      const on = await catalogOf(client);
      await client.query(design.checkOffSql);
      const off = await catalogOf(client);
      await client.query(design.checkOffSql);
      await client.query(design.checkOnSql);
      await client.query(design.checkOnSql);
      assert.deepEqual(difference(on, await catalogOf(client)), []);
      assert.notDeepEqual(difference(on, off), []);
    });

    it('sends what it refused while its check is off', async () => {
      const app = await sessionOf(database, design);
      try {
        await client.query(design.checkOffSql);
        await expectAccepted('a blocked number', fixture.send(app, phones.erased, null));
        await client.query(design.checkOnSql);
        await expectRefused('a blocked number', fixture.send(app, phones.erased, null));
      } finally {
        await app.end();
      }
    });

    it('gives way to the default schema, with all that was recorded meanwhile', async () => {
      await applyDesign(database.url, client, byDefault);
      assert.deepEqual(difference(catalogBefore, await catalogOf(client)), []);
      for (const phone of [...phones.two, ...phones.three, phones.erased]) {
        await expectRefused('blocked before or since', fixture.send(client, phone, null));
      }
      const { rows } = await client.query(
        `select phone, array_agg(profile_id::text order by ordinal) as profiles,
                array_agg(ordinal order by ordinal) as ordinals
         from opt_outs where phone <> $1 group by phone order by phone collate "C"`,
        [phones.erased],
      );
      const [first, second, third] = phones.profiles;
      const expected = (phone: string, profiles: readonly unknown[]): unknown => ({
        phone,
        profiles,
        ordinals: profiles.map((_, index) => index + 1),
      });
      assert.deepEqual(
        rows.map((row) => ({ ...row, profiles: [...row.profiles].sort() })),
        [...phones.two, ...phones.three]
          .sort()
          .map((phone) => expected(phone, [first, second, third].sort())),
      );
    });
  });
}

/** Numbers with a past: two opt-outs, three, three whose reports and messages are gone, none. */
interface Phones {
  readonly profiles: readonly string[];
  readonly two: readonly string[];
  readonly three: readonly string[];
  readonly erased: string;
  readonly none: string;
}

async function history(fixture: Fixture, client: pg.Client): Promise<Phones> {
  const profiles = await fixture.profiles(3);
  const phones: Phones = {
    profiles,
    two: [fixture.phone(), fixture.phone(), `not a number ${fixture.phone()}`],
    three: [fixture.phone(), fixture.phone(), `no number either ${fixture.phone()}`],
    erased: fixture.phone(),
    none: fixture.phone(),
  };
  for (const phone of phones.two) {
    for (const profile of profiles.slice(0, 2)) await reportFrom(fixture, client, phone, profile);
  }
  for (const phone of [...phones.three, phones.erased]) {
    for (const profile of profiles) await reportFrom(fixture, client, phone, profile);
  }
  await client.query(
    `delete from delivery_reports
     where message_id in (select id from outbound_messages where to_number = $1)`,
    [phones.erased],
  );
  await client.query('delete from outbound_messages where to_number = $1', [phones.erased]);
  return phones;
}

async function reportFrom(
  fixture: Fixture,
  client: pg.Client,
  phone: string,
  profile: string | undefined,
): Promise<void> {
  if (profile === undefined) throw new Error('three profiles were made');
  await fixture.report(client, await fixture.send(client, phone, profile), 'failed', optedOut);
}

async function sessionOf(database: TestDatabase, design: Design): Promise<pg.Client> {
  const client = await database.connect();
  if (design.sessionSql !== undefined) await client.query(design.sessionSql);
  return client;
}

async function catalogOf(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ object: string }>(catalogSql);
  return rows.map((row) => row.object);
}

describe('a design that needs a role of the server', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    client = await database.connect();
    // what another session's "drop role" looks like, but it never ends
    await client.query(`
      create function never_there() returns event_trigger language plpgsql
        as 'begin raise undefined_object using message = ''never there''; end';
      create event trigger never_there on ddl_command_start when tag in ('GRANT')
        execute function never_there()`);
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  for (const name of ['row_security', 'row_security_hash']) {
    it(`gives up with the server's reason where the role cannot be had (${name})`, async () => {
      const longestMs = 20_000; // in vain: the server ends a statement that tries for ever
      await assert.rejects(applyDesign(database.url, client, designNamed(name), longestMs), {
        name: 'UserError',
        message: /never there/,
      });
    });
  }
});
/** What a catalog lacks of another (-), and has beside it (+): a few lines, not the whole catalog. */
function difference(expected: readonly string[], found: readonly string[]): readonly string[] {
  const [before, after] = [new Set(expected), new Set(found)];
  return [
    ...expected.filter((object) => !after.has(object)).map((object) => `- ${object}`),
    ...found.filter((object) => !before.has(object)).map((object) => `+ ${object}`),
  ];
}
