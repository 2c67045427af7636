import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import { currentDesign, designNamed } from '../../../db/designs.ts';
import { itemAt } from '../../../db/item-at.ts';
import { requireSupportedVersion } from '../../../db/server/guard.ts';
import { runCommandFile } from '../../../db/testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../../../db/testing/test-database.ts';
import type { Knowledge } from '../options/trial-options.ts';
import { reserveForLoad } from '../reservation.ts';
import { readLoad } from '../results/read-load.ts';
import type { SoakEvent } from '../results/results.ts';
import { runTrial } from '../run-trial.ts';
import { testTrial, waveMix } from '../testing.ts';
import { type Disturbance, disturb, disturbancesOf } from './disturbances.ts';

const command = 'bench/commands/load.ts';
const reports = mkdtempSync(join(tmpdir(), 'optout-lab-soak-'));
after(() => rmSync(reports, { recursive: true }));

describe('a soak', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    client = await database.connect();
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  const state = async (): Promise<unknown> => ({
    design: (await currentDesign(client)).name,
    threshold: (await client.query('select opt_out_block_threshold() as now')).rows[0]?.now,
  });
  const usual = { design: 'blocked_contacts', threshold: 3 };

  it('changes threshold and design under the load, whose every answer is right meanwhile', async () => {
    const lab = { url: database.url, connect: () => database.connect() };
    const reservation = await reserveForLoad(lab);
    const abort = new AbortController();
    const seen: unknown[] = [];
    let refused = 0;
    const wrong: string[] = [];
    let knowledge: Knowledge | undefined;
    let events: Promise<readonly SoakEvent[]> | undefined;
    const design = designNamed('blocked_contacts');
    try {
      const trial = await runTrial(
        testTrial(database.url, {
          major: await requireSupportedVersion(client),
          mix: waveMix({ freshNumbersAtOnce: 6, freshSendsPerNumber: 60 }),
          rate: 300,
          clients: 6,
          durationMs: 3_600_000,
          signal: abort.signal,
          onKnowledge: (shared) => {
            knowledge = shared;
          },
          onStart: (startMs) => {
            assert.ok(knowledge !== undefined);
            const { url } = database;
            const differ = (line: string): unknown => wrong.push(line);
            const all = disturbancesOf({ ...knowledge, url, reservation, design, differ });
            const watched = all.map(
              (one): Disturbance => ({
                ...one,
                async begin() {
                  const note = await one.begin();
                  seen.push(await state());
                  return note;
                },
              }),
            );
            // each in its turn, however slow the machine is
            events = disturb(watched, startMs, 6_000, new AbortController().signal);
            void events.catch(() => {}).then(() => abort.abort());
          },
          onSecond: ({ reports: told }) => {
            for (const { counts } of told) refused += counts.refused;
          },
        }),
      );
      const done = (await events) ?? [];
      assert.deepEqual([...new Set(done.map(({ name }) => name))].sort(), [
        'checkpoint',
        'design',
        'old transaction',
        'opt-ins',
        'threshold',
      ]);
      assert.ok(
        done.every(({ note }) => !note.startsWith('not done')),
        JSON.stringify(done),
      );
      assert.ok(
        seen.some((one) => JSON.stringify(one) === JSON.stringify({ ...usual, threshold: 4 })),
      );
      assert.ok(
        seen.some(
          (one) =>
            JSON.stringify(one) === JSON.stringify({ ...usual, design: 'statement_trigger' }),
        ),
      );
      assert.ok(refused > 20, `${refused} refused`);
      const optedIn = done.flatMap(({ name, note }) =>
        name === 'opt-ins' ? [Number(/^(\d+) blocked numbers/.exec(note)?.[1])] : [],
      );
      assert.ok(Math.max(...optedIn) > 3, `opted in: ${optedIn}`);
      assert.deepEqual(wrong, []);
      assert.deepEqual(trial.verification.differences, []);
      assert.equal(trial.verification.wrongAnswers, 0);
      assert.equal(trial.counts.errors, 0, JSON.stringify(trial.errors));
      assert.deepEqual(await state(), usual);
    } finally {
      await reservation.close();
    }
  });

  it('keeps sizes, memory and what was done in load.json, and shows them on the page', async () => {
    const { exitCode, stdout, stderr } = await runCommandFile(
      command,
      ['--soak', '8s', '--rate', '100', '--out', reports, '--run', 'short', '--drain', '600'],
      { env: { DATABASE_URL: database.url } },
    );
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /^ {2}beside it: checkpoint at /m);
    const { soak, verification } = itemAt(readLoad(join(reports, 'short')).trials, 0);
    assert.equal(verification.ok, true);
    assert.ok(soak !== undefined);
    const sample = itemAt(soak.samples, 0);
    assert.ok(sample.generator.residentBytes > 1e7 && (sample.generator.descriptors ?? 9) > 3);
    assert.equal(sample.server, undefined, 'a server that is not the lab’s own cannot be seen');
    assert.ok((sample.relations['outbound_messages'] ?? 0) > 0);
    assert.ok(
      soak.growth.some(({ name, verdict }) => name === 'answers' && verdict === 'too short'),
    );
    assert.deepEqual(await state(), usual);
    const page = readFileSync(join(reports, 'short', 'index.html'), 'utf8');
    assert.match(page, /What grows over time\?/);
    assert.match(page, /are too short to tell/);
  });

  it('leaves a threshold, killed while it was another, which the next load puts back', async () => {
    const lab = { url: database.url, connect: () => database.connect() };
    const killed = await reserveForLoad(lab);
    await killed.changeThreshold((from) => from + 1);
    assert.deepEqual(await state(), { ...usual, threshold: 4 });
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'optout-lab' and datname = current_database() and pid <> pg_backend_pid()`,
    );
    await (await reserveForLoad(lab)).close();
    assert.deepEqual(await state(), usual);
  });

  for (const [flags, says] of [
    [['--soak', '1m', '--duration', '1m'], /leave --duration out/],
    [['--soak', '1m', '--check', 'off'], /leave --check out/],
    [['--soak', '1m', '--design', 'all'], /one design/],
    [['--soak', '1m', '--design', 'row_security'], /takes no role/],
    [['--soak', '1m', '--failover'], /leave --failover out/],
    [['--soak', 'long'], /not a time/],
  ] as const) {
    it(`is refused with ${flags.join(' ')}`, async () => {
      const { exitCode, stderr } = await runCommandFile(command, flags, {
        env: { DATABASE_URL: database.url },
      });
      assert.equal(exitCode, 2);
      assert.match(stderr, /^error: [^\n]*\n$/);
      assert.match(stderr, says);
    });
  }
});

describe('disturbances', () => {
  let order: string[];
  beforeEach(() => {
    order = [];
  });
  const recorded = (
    name: string,
    stretches: Disturbance['stretches'],
    begin?: () => Promise<string>,
  ): Disturbance => ({
    name,
    stretches,
    begin:
      begin ??
      (async () => {
        order.push(`+${name}`);
        return name;
      }),
    async end() {
      order.push(`-${name}`);
    },
  });

  it('begin and end in the order of their times; one that is open at the end is ended', async () => {
    const over = new AbortController();
    const last = async (): Promise<string> => {
      over.abort();
      return 'the end';
    };
    const events = await disturb(
      [
        recorded('b', [[0.2, 0.9]]),
        recorded('a', [
          [0.1, 0.3],
          [0.5, 0.5],
        ]),
        recorded('stop', [[0.6, 0.6]], last),
      ],
      0, // long ago: each is due
      1,
      over.signal,
    );
    assert.deepEqual(order, ['+a', '+b', '-a', '+a', '-a', '-stop', '-b']);
    assert.deepEqual(
      events.map(({ name, note }) => [name, note]),
      [
        ['a', 'a'],
        ['a', 'a'],
        ['stop', 'the end'],
        ['b', 'b'],
      ],
    );
  });

  it('that fail to begin are told, and ended all the same', async () => {
    const failing = recorded('c', [[0, 1]], () => Promise.reject(new Error('no right')));
    const events = await disturb([failing], 0, 1, new AbortController().signal);
    assert.deepEqual(order, ['-c']);
    assert.deepEqual(
      events.map(({ note }) => note),
      ['not done: no right'],
    );
  });
});
