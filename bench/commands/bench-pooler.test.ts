import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Pgbouncer, skipPgbouncer, startPgbouncer } from '../../db/testing/pgbouncer.ts';
import { createPlainOwner, type PlainOwner } from '../../db/testing/plain-owner.ts';
import { type CommandOutcome, runCommandFile } from '../../db/testing/run-command-file.ts';
import { createTestDatabase } from '../../db/testing/test-database.ts';
import { parsePoolerPlace } from '../network/pooler-place.ts';
import { readResults } from '../results/read-results.ts';
import { type BenchFlags, readOptions } from '../run/options.ts';
import { runBench } from '../run/run.ts';
import { createBenchLab } from '../run/testing.ts';

/* As a role that owns its database and nothing more: what a pooler is before is seldom a superuser's. */
describe('a bench through a pooler in transaction mode', { skip: skipPgbouncer }, () => {
  const out = mkdtempSync(join(tmpdir(), 'optout-lab-bench-pooled-'));
  let owner: PlainOwner;
  let pgbouncer: Pgbouncer;
  before(async () => {
    owner = await createPlainOwner();
    pgbouncer = await startPgbouncer(owner.role.url, 'transaction', 2);
  });
  after(async () => {
    await pgbouncer.stop();
    await owner.drop();
    rmSync(out, { recursive: true });
  });

  const bench = (
    place: string | undefined,
    flags: readonly string[],
    url = owner.role.url,
  ): Promise<CommandOutcome> =>
    runCommandFile(
      'bench/commands/bench.ts',
      [...(place === undefined ? [] : [`--pooler=${place}`]), `--out=${out}`, ...flags],
      { env: { DATABASE_URL: url } },
    );

  it('says at its start and in its report what is otherwise', async () => {
    const { exitCode, stdout, stderr } = await bench(pgbouncer.place, [
      ...['--scale=2000', '--scenarios=insert-not-durable,bulk-1000,report-first', '--quick'],
      ...['--max-seconds=1', '--designs=blocked_contacts', '--run=pooled'],
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.ok(
      stderr.includes(
        `through the transaction pooler at ${pgbouncer.place}:\n  statements: unnamed`,
      ),
    );
    assert.match(stdout, /! What was timed went through the transaction pooler at/);
    const results = readResults(join(out, 'pooled'));
    assert.equal(results.pooler, pgbouncer.place);
    assert.deepEqual(
      results.designs.flatMap(({ scenarios }) =>
        scenarios.map((one) => [one.name, one.method, one.failure]),
      ),
      [
        ['insert-not-durable', 'twin tables', undefined],
        ['bulk-1000', 'twin tables', undefined],
        ['report-first', 'two statements', undefined],
      ],
    );
    const page = readFileSync(join(out, 'pooled', 'index.html'), 'utf8');
    assert.match(page, /PostgreSQL \d+(?:\.|beta|rc)\d+ through a pooler/);
    assert.match(page, /through a transaction pooler at<\/span><\/th>\s*<td>/);
  });

  it('does not go on through the pooler with what was begun without it', async () => {
    const { lab, drop } = await createBenchLab();
    const other = await startPgbouncer(lab.url, 'transaction', 2);
    const run = (flags: BenchFlags): Promise<string> =>
      runBench(
        lab,
        readOptions({ ...flags, scale: '2000', designs: 'blocked_contacts', out, run: 'begun' }),
        (what) => {
          if (what.endsWith('floor: bare index probes')) throw interrupted;
        },
      );
    const interrupted = new Error('interrupted');
    try {
      await assert.rejects(run({ scenarios: 'refused', maxSeconds: 1 }), interrupted);
      await assert.rejects(
        run({
          ...{ scenarios: 'refused', maxSeconds: 1, resume: true },
          pooler: parsePoolerPlace(other.place),
        }),
        /was begun with other options/,
      );
    } finally {
      await other.stop();
      await drop();
    }
  });

  it('is refused without the flag, in a line that names it and the port of the server', async () => {
    const { exitCode, stdout, stderr } = await bench(undefined, ['--scale=2000'], pgbouncer.url);
    assert.match(
      stderr,
      /^error: a pooler gives [^\n]* \(5432, as a rule\)[^\n]* --pooler HOST:PORT of npm run bench [^\n]*\n$/,
    );
    assert.deepEqual([exitCode, stdout], [2, '']);
  });

  it('is refused where the pooler leads to another database, before anything is seeded', async () => {
    const elsewhere = await createTestDatabase();
    const other = await startPgbouncer(elsewhere.url, 'transaction', 2, elsewhere.name);
    try {
      const { exitCode, stderr } = await bench(other.place, ['--scale=2000', '--run=elsewhere']);
      assert.match(stderr, /error: the pooler at [^\n]* leads to another database [^\n]*\n$/);
      assert.equal(exitCode, 2);
    } finally {
      await other.stop();
      await elsewhere.drop();
    }
  });

  for (const [flags, says] of [
    [['--designs=row_security'], /row_security: a session must take a role first/],
    [['--against-design=blocked_hash'], /--pooler is not for a comparison of two places/],
  ] as const) {
    it(`is refused with ${flags}`, async () => {
      const { exitCode, stderr } = await bench(pgbouncer.place, flags);
      assert.match(stderr, says);
      assert.match(stderr, /^error: [^\n]+\n$/);
      assert.equal(exitCode, 2);
    });
  }

  it('is refused at what is no place', async () => {
    const { exitCode, stderr } = await bench('host', []);
    assert.match(stderr, /^error: [^\n]*not HOST:PORT or USER@HOST:PORT[^\n]*\n$/);
    assert.equal(exitCode, 2);
  });
});
