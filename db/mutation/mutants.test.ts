import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { type Mutant, mutantsOf } from './mutants.ts';

let database: TestDatabase;
let client: pg.Client;
before(async () => {
  database = await createTestDatabase({ migrated: false });
  client = await database.connect();
});
after(async () => {
  await client.end();
  await database.drop();
});

/** The mutants of what a statement makes, and whether the server takes each. */
async function mutantsAfter(sql: string): Promise<readonly Mutant[]> {
  await client.query('begin');
  try {
    await client.query(sql);
    const mutants = await mutantsOf(client);
    for (const mutant of mutants) {
      await client.query('savepoint made');
      await client.query(mutant.sql);
      await client.query('rollback to savepoint made');
    }
    return mutants;
  } finally {
    await client.query('rollback');
  }
}

const told = (mutants: readonly Mutant[], object: string): readonly string[] =>
  mutants
    .filter((mutant) => mutant.object === object)
    .map(({ rule, from, to }) => `${rule}: ${from} → ${to}`);

it('tables are changed in their keys, conditions, columns, indexes and policies', async () => {
  const mutants = await mutantsAfter(`
    create table t (
      a integer constraint t_pkey primary key,
      b integer default 1,
      constraint t_b_check check (b > 0),
      constraint t_b_excl exclude using hash (b with =)
    );
    create unique index t_idx on t (a) where b = 2;
    alter table t enable row level security;
    create policy p on t as restrictive for insert with check (a < 9);
  `);
  const alter = 'constraint left out';
  assert.deepEqual(told(mutants, 'constraint t_pkey of t'), [
    `${alter}: PRIMARY KEY (a) → `,
    'made not unique: PRIMARY KEY (a) → an index',
  ]);
  assert.deepEqual(told(mutants, 'constraint t_b_excl of t'), [
    `${alter}: EXCLUDE USING hash (b WITH =) → `,
    'made not unique: EXCLUDE USING hash (b WITH =) → an index',
  ]);
  assert.deepEqual(told(mutants, 'constraint t_b_check of t'), [
    `${alter}: CHECK ((b > 0)) → `,
    'turned: > → >=',
    'turned: > → <',
    'moved: 0 → 1',
  ]);
  assert.deepEqual(told(mutants, 'column t.b'), ['default left out: default → ']);
  assert.deepEqual(told(mutants, 'index t_idx'), [
    'index left out: CREATE UNIQUE INDEX t_idx ON public.t USING btree (a) WHERE (b = 2) → ',
    'made not unique: UNIQUE → ',
    'turned: = → <>',
    'moved: 2 → 3',
  ]);
  assert.deepEqual(told(mutants, 'table t'), ['row-level security left out: enabled → ']);
  assert.deepEqual(told(mutants, 'policy p on t'), [
    'policy left out: policy → ',
    'made permissive: restrictive → permissive',
    'turned: < → <=',
    'turned: < → >',
    'moved: 9 → 10',
  ]);
});

it('triggers are changed in their events, columns, conditions and time', async () => {
  const mutants = await mutantsAfter(`
    create table t (a integer, b integer);
    create function f() returns trigger language plpgsql as 'begin return new; end';
    create trigger g before insert or update of a, b on t
      for each row when (new.a = 1) execute function f();
  `);
  assert.deepEqual(
    told(mutants, 'trigger g on t').map((one) => one.replace(/: CREATE .*/, '')),
    [
      'trigger left out',
      'condition dropped:  WHEN ((new.a = 1)) → ',
      'turned: = → <>',
      'moved: 1 → 2',
      'event removed: INSERT → ',
      'event removed: UPDATE OF a, b → ',
      'column removed: a → ',
      'column removed: b → ',
      'moved: BEFORE → AFTER',
    ],
  );
});

it('views are changed in what they select and in their check option, which other changes keep', async () => {
  const mutants = await mutantsAfter(`
    create table t (a integer);
    create view v as select a from t where a > 5 with local check option;
  `);
  // before PostgreSQL 16 a view's columns are written with their table
  const changes = told(mutants, 'view v').map((change) => change.replaceAll('t.a', 'a'));
  assert.deepEqual(changes, [
    'check option left out: local → ',
    'turned: > → >=',
    'turned: > → <',
    'moved: 5 → 6',
    'condition dropped: (a > 5) → true',
  ]);
  const [, turned] = mutants.filter(({ object }) => object === 'view v');
  assert.match(turned?.sql ?? '', /check_option = local/);
});
