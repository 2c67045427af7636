import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { projectDir } from '../../db/cli/project-dir.ts';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { goalsOf } from './goals.ts';
import type { RolloutResults, RolloutStage } from './results.ts';
import { sendsOf, timelineOf } from './stages.ts';
import { acceptedOf, startTrying } from './try-blocked.ts';

let database: TestDatabase;
const out = mkdtempSync(join(tmpdir(), 'optout-lab-rollout-'));

before(async () => {
  database = await createTestDatabase();
});
after(async () => {
  await database.drop();
  rmSync(out, { recursive: true });
});

const rollout = (...args: readonly string[]) =>
  runCommandFile('bench/commands/bench-rollout.ts', ['--out', out, ...args], {
    env: { DATABASE_URL: database.url },
  });

it('is rehearsed step by step, killed and held up, right at every switch, and leaves nothing', async () => {
  const { exitCode, stdout, stderr } = await rollout(
    ...['--scale', 'tiny', '--rate', '300', '--clients', '4', '--held', '1', '--calm', '1'],
    ...['--run', 'one', '--design', 'hash_beside_key', '--rollouts', '2'],
  );
  assert.equal(exitCode, 0, stderr);
  const results: RolloutResults = JSON.parse(
    readFileSync(join(out, 'one', 'rollout.json'), 'utf8'),
  );
  const schema = JSON.parse(
    readFileSync(join(projectDir, 'bench/rollout/rollout.schema.json'), 'utf8'),
  );
  const validate = new Ajv2020({ discriminator: true, allowUnionTypes: true }).compile(schema);
  assert.ok(validate(results), JSON.stringify(validate.errors));
  for (const { check, ok, found } of results.checks) assert.ok(ok, `${check}: ${found}`);
  assert.ok(results.stages.every(({ toldWaits }) => toldWaits !== undefined));
  const stage = (name: string): RolloutStage => {
    const found = results.stages.find((one) => one.name === name);
    assert.ok(found !== undefined, name);
    return found;
  };
  for (const name of ['install, held up', 'switch on, held up', 'another design, held up']) {
    assert.match(stage(name).outcome, /^gave way for 1 s, then done$/);
    // who held it is read a moment later, and may be somebody of the traffic
    assert.ok(stage(name).ownWaits.length > 0);
  }
  assert.match(stage('backfill, killed').outcome, /^(ended by 57P01|done before it was killed)$/);
  assert.ok(stage('backfill').walBytes > 0 && stage('backfill').derivedBytes > 0);
  assert.equal(results.otherDesign, 'hash_beside_key');
  for (const design of ['hash_beside_key', 'blocked_contacts']) {
    const check = `rollout 2: while ${design} took its place no message to a blocked number passed`;
    assert.match(
      results.checks.find((one) => one.check === check)?.found ?? '',
      /^([1-9]\d*) of \1 refused$/,
    );
    const after = `rollout 1: by ${design} every number with three opt-outs is refused`;
    assert.match(
      results.checks.find((one) => one.check === after)?.found ?? '',
      /^(2\d\d) of \1 refused, \d+ of them reported meanwhile$/,
    );
  }
  const once = ['prepare', 'install', 'backfill', 'switch on', 'verify', 'another design', 'back'];
  assert.deepEqual(
    results.stages.slice(0, 19).map(({ name, round }) => [name, round]),
    [
      ...[1, 2].flatMap((round) => [...once, 'remove', 'calm'].map((name) => [name, round])),
      ['install, held up', undefined],
    ],
  );
  assert.equal(results.goals.length, 3);
  for (const { reached } of results.goals) assert.match(reached, /^\d[^;]+; \d[^;]+$/);
  for (const { name, generatorPauseMs, seconds } of results.stages) {
    assert.ok(generatorPauseMs !== undefined && generatorPauseMs <= seconds * 1_000, name);
  }
  assert.match(
    stdout.replaceAll(/\s+/g, ' '), // it is wrapped
    /✓ rollout 2: after the switch every number with three opt-outs is refused: 2\d\d of 2\d\d/,
  );
  assert.match(readFileSync(join(out, 'one', 'index.html'), 'utf8'), /<h1>Rollout/);
  rmSync(join(out, 'one', 'index.html'));
  const again = await runCommandFile('bench/commands/report.ts', [join(out, 'one')]);
  assert.equal(again.exitCode, 0, again.stderr);
  assert.ok(again.stdout.includes('✓ rollout 2: after the switch every number'), again.stdout);
  assert.match(readFileSync(join(out, 'one', 'index.html'), 'utf8'), /<h1>Rollout/);
  const client = await database.connect();
  try {
    const { rows } = await client.query(
      `select datname from pg_database where datname = current_database() || '_rollout'`,
    );
    assert.deepEqual(rows, []);
  } finally {
    await client.end();
  }
});

for (const [design, says] of [
  ['row_security', /^error: design row_security cannot be adopted: [^\n]+\n$/],
  ['blocked_contacts', /^error: --design: blocked_contacts is the default; name another\n$/],
  ['statement_triger', /^error: [^\n]+ did you mean "statement_trigger"\?\n$/],
] as const) {
  it(`refuses the design ${design} before anything is made`, async () => {
    const { exitCode, stderr } = await rollout('--scale', 'tiny', '--design', design);
    assert.equal(exitCode, 2);
    assert.match(stderr, says);
  });
}

it('counts a message that passes where it must not', async () => {
  const client = await database.connect();
  try {
    await client.query(`insert into profiles (name) values ('one')`);
    await client.query(`insert into blocked_contacts values ('+19990000001')`);
    const trying = await startTrying(database.url, ['+19990000001', '+19990000002']);
    for (let passed = 0; passed < 3; ) {
      passed = (await client.query('select from outbound_messages')).rowCount ?? 0;
    }
    const { accepted, refused } = await trying.stop();
    const { rows } = await client.query(
      'select count(*)::integer as rows, count(distinct to_number)::integer as numbers from outbound_messages',
    );
    assert.deepEqual(rows, [{ rows: accepted, numbers: 1 }]);
    assert.ok(refused >= accepted);
    assert.equal(await acceptedOf(database.url, ['+19990000001', '+19990000002']), 1);
    await client.query('truncate outbound_messages, blocked_contacts, profiles cascade');
  } finally {
    await client.end();
  }
});

it('does not touch a database of that name that no rollout made', async () => {
  const client = await database.connect();
  const name = `${new URL(database.url.replace(/^postgres(ql)?:\/\/\//, 'postgres://x/')).pathname.slice(1)}_rollout`;
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`);
    const { exitCode, stderr } = await rollout('--scale', 'tiny', '--run', 'two');
    assert.equal(exitCode, 2);
    assert.match(
      stderr,
      /error: there is a database \S+_rollout that no rollout made: rename it\n$/,
    );
  } finally {
    await client.query(`drop database if exists ${client.escapeIdentifier(name)}`);
    await client.end();
  }
});

it('counts what was due in a stage, and what was still waiting when it began', () => {
  const sample = (dueMs: number, latencyMs: number, refused = false) =>
    ({ dueMs, latencyMs, kind: 'send', refused }) as const;
  const samples = [sample(0, 5), sample(90, 40), sample(120, 3, true), sample(250, 1)];
  const sends = sendsOf(samples, 100, 200);
  assert.deepEqual([sends.operations, sends.refused, sends.longestMs], [2, 1, 40]);
  assert.equal(sends.p99Ms, null, 'too few to say');
  assert.deepEqual(timelineOf([...samples, sample(1_500, 9)], 0), [
    { startS: 0, operations: 4, refused: 1, longestMs: 40 },
    { startS: 1, operations: 1, refused: 0, longestMs: 9 },
  ]);
});

it('judges each of several rollouts beside its own calm stretch', () => {
  const stage = (name: string, round: number | undefined, longestMs: number) =>
    ({
      name,
      round,
      seconds: 5,
      sends: { longestMs },
      trafficWaits: [],
    }) as unknown as RolloutStage;
  const judged = (second: number) =>
    goalsOf([
      ...[stage('backfill', 1, 250), stage('calm', 1, 200)],
      ...[stage('backfill', 2, second), stage('calm', 2, 50)],
      stage('all at once', undefined, 9_000),
    ]).map(({ ok, reached }) => [ok, reached]);
  const [waits, , time] = judged(150);
  assert.deepEqual(judged(150), [
    [true, '0 ms; 0 ms'],
    [true, '250 ms, without 200 ms; 150 ms, without 50 ms'],
    [true, '5.0 s; 5.0 s, all at once 5.0 s'],
  ]);
  assert.deepEqual(judged(151), [
    waits,
    [false, '250 ms, without 200 ms; 151 ms, without 50 ms'],
    time,
  ]);
});

it('judges the files from the first to the switch, and not what was disturbed on purpose', () => {
  const stage = (name: string, seconds: number, longestMs: number, waitedMs: number) =>
    ({
      name,
      seconds,
      sends: { operations: 1, refused: 0, p50Ms: 1, p99Ms: 1, longestMs },
      trafficWaits: [{ application: '', what: '', mode: '', waitedMs, heldBy: '' }],
    }) as unknown as RolloutStage;
  const verdicts = (backfill: number, longestMs: number, waitedMs: number): readonly boolean[] =>
    goalsOf([
      stage('install', 1, 10, 20),
      stage('backfill', backfill, longestMs, waitedMs),
      stage('calm', 1, 50, 0),
      stage('switch on, held up', 9, 9_000, 9_000),
      stage('all at once', 10, 9_000, 9_000),
    ]).map(({ ok }) => ok);
  assert.deepEqual(verdicts(15, 150, 100), [true, true, true]);
  assert.deepEqual(verdicts(15.1, 150.1, 100.1), [false, false, false]);
});
