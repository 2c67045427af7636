import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { UserError } from '../../db/cli/errors.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { currentDesign } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { appliedMigrations } from '../../db/schema/migrate.ts';
import { migrationVersions } from '../../db/schema/migration-texts.ts';
import { againstText } from '../report/against-text.ts';
import type { BenchFlags } from '../run/options.ts';
import { type BenchLab, createBenchLab } from '../run/testing.ts';
import { labAt, labBeside } from './control-lab.ts';
import { readAgainst } from './options.ts';
import { runAgainst } from './run-against.ts';

const silent = (): void => {};
/** A figure ends with its twelfth session, however wide: on a busy machine that takes its time. */
const small: BenchFlags = { scale: '5000', maxSeconds: 300, precision: 0.9, replace: true };

describe('two places, in pairs', () => {
  let first: BenchLab;
  let second: Lab;
  let runs = 0;

  before(async () => {
    first = await createBenchLab();
    second = await labBeside(first.lab);
  });
  after(async () => {
    await second.close();
    const client = await first.lab.connect();
    await client.query(`drop database ${first.database.name}_against`);
    await client.end();
    await first.drop();
  });

  const compare = async (flags: BenchFlags) => {
    const options = readAgainst({ ...small, ...flags, out: first.out, run: `run-${runs++}` });
    assert.ok(options !== undefined);
    return runAgainst(first.lab, second, options, silent);
  };
  const each = async <T>(look: (lab: Lab) => Promise<T>): Promise<readonly T[]> => [
    await look(first.lab),
    await look(second),
  ];

  it('a design against another: every kind of statement has a figure, and nothing stays', async () => {
    const { folder, results } = await compare({
      againstDesign: 'blocked_hash',
      scenarios: 'insert-not-durable,bulk-10,copy-1000-ids,refused,report-blocking',
    });
    assert.deepEqual(
      [results.treatment.design, results.control.design],
      ['blocked_contacts', 'blocked_hash'],
    );
    assert.equal(results.sameTwice.length, 1);
    for (const scenario of [...results.sameTwice, ...results.scenarios]) {
      assert.equal(scenario.failure, undefined, scenario.name);
      assert.equal(scenario.method, 'two databases');
      assert.ok(scenario.paired !== undefined, scenario.name);
    }
    const insert = results.plans.find(({ statement }) => statement === 'insert');
    assert.deepEqual(insert?.treatment?.indexes, ['blocked_contacts_pkey']);
    assert.deepEqual(insert?.control?.indexes, ['blocked_contacts_phone_excl']);
    assert.match(againstText(results), /with blocked_contacts over that with blocked_hash/);
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'against.json'), 'utf8')), results);
    const left = await each(async (lab) => {
      const client = await lab.connect();
      try {
        const { design } = { design: (await currentDesign(client)).name };
        const { rows } = await client.query<{ messages: number; reports: number }>(
          `select (select count(*)::integer from outbound_messages) as messages,
                  (select count(*)::integer from delivery_reports) as reports`,
        );
        return { design, ...rows[0] };
      } finally {
        await client.end();
      }
    });
    const { messages, reports } = left[0] ?? {};
    assert.equal(messages, 5_000);
    assert.deepEqual(left, [
      { design: 'blocked_contacts', messages, reports },
      { design: 'blocked_contacts', messages, reports },
    ]);
  });

  it('the second database is of the same server, of the lab’s own where the first is', async () => {
    const own: Lab = {
      ...first.lab,
      server: {
        kind: 'embedded',
        url: first.lab.url,
        startedHere: false,
        paths: { home: '', data: '', log: '', socketDir: '' },
        close: () => assert.fail('the server was let go'),
      },
    };
    const beside = await labBeside(own);
    assert.equal(beside.server.kind, 'embedded');
    assert.equal(beside.url, second.url);
    await beside.close();
    assert.equal(second.server.kind, first.lab.server.kind);
  });

  it('each arm sends to its own database: what slows one down slows its arm', async () => {
    const client = await second.connect();
    try {
      await client.query(
        `create function wait_a_while() returns trigger language plpgsql as
           'begin perform pg_sleep(0.01); return new; end';
         create trigger slow before insert on outbound_messages
           for each row execute function wait_a_while()`,
      );
      const { results } = await compare({
        againstDesign: 'opt_outs_ordinal',
        scenarios: 'insert-not-durable',
      });
      const [{ paired } = {}] = results.scenarios;
      assert.ok(paired !== undefined && paired.ratio < 0.8, JSON.stringify(paired));
      assert.ok(paired.differenceNsPerRow < -5e6);
    } finally {
      await client.query('drop function wait_a_while() cascade');
      await client.end();
    }
  });

  it('the schema against an older one, which is brought up to date afterwards', async () => {
    const [, , third = ''] = migrationVersions();
    const { results } = await compare({
      againstSchema: third,
      scenarios: 'insert-not-durable,report-repeated',
    });
    assert.equal(results.control.schemaVersion, third);
    for (const { name, paired, failure } of results.scenarios) {
      assert.equal(failure, undefined, name);
      assert.ok(paired !== undefined, name);
    }
    const locks = ({ statement }: { statement: string }): boolean => statement === 'report-first';
    const plan = results.plans.find(locks);
    assert.equal(plan?.treatment?.nodes.includes('LockRows'), true);
    assert.equal(plan?.control?.nodes.includes('LockRows'), false);
    const applied = await each(async (lab) => {
      const client = await lab.connect();
      try {
        return await appliedMigrations(client);
      } finally {
        await client.end();
      }
    });
    assert.deepEqual(new Set(applied), new Set([migrationVersions().length]));
  });

  it('a database is not compared with itself, under whatever name, and no password is taken', async () => {
    await assert.rejects(
      labAt(first.lab, `${first.lab.url}&application_name=other`, undefined),
      (error: unknown) =>
        error instanceof UserError && /would be compared with/.test(error.message),
    );
    await assert.rejects(
      labAt(first.lab, 'postgres://somebody:secret@nowhere/db', undefined),
      (error: unknown) => error instanceof UserError && !/secret/.test(error.message),
    );
    const client = await second.connect();
    const name = onlyRow(await client.query<{ name: string }>('select current_database() as name'));
    await client.end();
    assert.equal(name.name, `${first.database.name}_against`);
  });
});

it('flags of a comparison that contradict each other, or name nothing, are refused in one line', () => {
  const cases: readonly (readonly [BenchFlags, RegExp])[] = [
    [{ against: 'postgres:///x', againstDesign: 'blocked_hash' }, /at a time/],
    [{ against: 'postgres:///x', againstSettings: '/dev/null' }, /at a time/],
    [{ againstDesign: 'blocked_hsah' }, /blocked_hash/],
    [{ againstDesign: 'blocked_contacts' }, /against itself/],
    [{ againstDesign: 'blocked_hash', designs: 'all' }, /name one design/],
    [{ againstDesign: 'blocked_hash', sweep: '10k,1M' }, /--sweep is not for/],
    [{ againstSchema: '7' }, /the version of an older migration: 20250101000001/],
    [{ againstSchema: migrationVersions().at(-1) ?? '' }, /of an older migration/],
  ];
  for (const [flags, says] of cases) {
    assert.throws(
      () => readAgainst(flags),
      (error: unknown) =>
        error instanceof UserError && says.test(error.message) && !error.message.includes('\n'),
    );
  }
  assert.equal(readAgainst({}), undefined);
});
