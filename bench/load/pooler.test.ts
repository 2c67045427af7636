import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { connectAsIs } from '../../db/connection/connect.ts';
import { requireSupportedVersion } from '../../db/server/guard.ts';
import { until } from '../../db/testing/embedded-drill.ts';
import { type Pgbouncer, skipPgbouncer, startPgbouncer } from '../../db/testing/pgbouncer.ts';
import { type CommandOutcome, runCommandFile } from '../../db/testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { addCounts, noCounts, type RecordedCounts } from './record/counts.ts';
import { readLoad } from './results/read-load.ts';
import { runTrial } from './run-trial.ts';
import { testTrial, waveMix } from './testing.ts';

const command = 'bench/commands/load.ts';

describe('a load through a pooler in transaction mode', { skip: skipPgbouncer }, () => {
  const out = mkdtempSync(join(tmpdir(), 'optout-lab-pooled-'));
  let database: TestDatabase;
  let client: pg.Client;
  let pgbouncer: Pgbouncer;
  before(async () => {
    database = await createTestDatabase();
    client = await database.connect();
    pgbouncer = await startPgbouncer(database.url, 'transaction', 2);
  });
  after(async () => {
    await pgbouncer.stop();
    await client.end();
    await database.drop();
    rmSync(out, { recursive: true });
  });

  const load = (place: string, ...flags: readonly string[]): Promise<CommandOutcome> =>
    runCommandFile(command, [`--pooler=${place}`, `--out=${out}`, ...flags], {
      env: { DATABASE_URL: database.url },
    });

  it('shares two server processes among eight connections, and is verified', async () => {
    const { exitCode, stderr } = await load(
      pgbouncer.place,
      ...['--run=pooled', '--mix=opt-out-wave', '--rate=200', '--clients=8', '--duration=2'],
    );
    assert.deepEqual([exitCode, stderr], [0, '']);
    const { pooler, trials } = readLoad(join(out, 'pooled'));
    assert.equal(pooler, pgbouncer.place);
    const [trial] = trials;
    assert.equal(trial?.verification.ok, true);
    assert.ok((trial?.verification.messages.acknowledged ?? 0) > 0);
    assert.match(
      readFileSync(join(out, 'pooled', 'index.html'), 'utf8'),
      /through a pooler at<\/t[dh]>\s*<td>[^<]*, statements unnamed/,
    );
  });

  it('leaves its settings to nobody: the pool’s sessions are as the server gives them', async () => {
    const before = await client.query('show search_path');
    await client.query(`alter database ${database.name} set search_path = public, pg_catalog`);
    const other = await startPgbouncer(database.url, 'transaction', 1);
    try {
      const { exitCode, stderr } = await load(other.place, '--run=settings', '--duration=1');
      assert.deepEqual([exitCode, stderr], [0, '']);
      const pooled = await connectAsIs(other.url, 'somebody');
      const { rows } = await pooled.query('show search_path');
      await pooled.end();
      assert.deepEqual(rows, [{ search_path: 'public, pg_catalog' }]);
    } finally {
      await other.stop();
      await client.query(`alter database ${database.name} reset search_path`);
    }
    assert.deepEqual((await client.query('show search_path')).rows, before.rows);
  });

  /** A load through the pooler while something is done, until enough was accepted before and after. */
  async function loadWhile(disturb: (seen: RecordedCounts) => Promise<void>) {
    const abort = new AbortController();
    const seen = noCounts();
    let enough = Number.POSITIVE_INFINITY;
    let disturbing: Promise<void> | undefined;
    const trial = await runTrial(
      testTrial(database.url, {
        major: await requireSupportedVersion(client),
        poolerUrl: pgbouncer.url,
        mix: waveMix(),
        rate: 200,
        clients: 8,
        durationMs: 3_600_000,
        signal: abort.signal,
        onSecond: ({ reports }) => {
          for (const { counts } of reports) addCounts(seen, counts);
          if (seen.accepted > 100 && disturbing === undefined) {
            disturbing = disturb(seen).then(() => {
              enough = seen.accepted + 200;
            });
            disturbing.catch(() => abort.abort());
          }
          if (seen.accepted > enough) abort.abort();
        },
      }),
    );
    await disturbing;
    assert.deepEqual(trial.verification.differences, []);
    assert.equal(trial.verification.messages.acknowledged, trial.counts.accepted);
    return trial;
  }

  it('goes on when the pooler is killed and started again, and loses nothing acknowledged', async () => {
    const { counts, errors } = await loadWhile(async () => {
      await pgbouncer.restart();
      await pgbouncer.restart();
    });
    assert.ok(counts.lostConnections > 0);
    assert.equal(counts.errors, 0, JSON.stringify(errors));
  });

  it('counts what the server’s own time limit ends, which holds for pooled sessions', async () => {
    const { counts, errors } = await loadWhile(async (seen) => {
      await client.query(`alter database ${database.name} set statement_timeout = '100ms'`);
      await pgbouncer.restart(); // for sessions that have it
      const before = seen.accepted;
      await until('sessions are back', async () => seen.accepted > before + 50);
      await client.query('begin');
      await client.query('lock table outbound_messages in share mode');
      await until('some were ended', async () => seen.errors > 5);
      await client.query('commit');
      await client.query(`alter database ${database.name} reset statement_timeout`);
    });
    assert.ok(counts.errors > 0);
    assert.equal(errors['57014']?.failed, counts.errors, JSON.stringify(errors));
  });

  it('does not begin where the pooler leads to another database', async () => {
    const elsewhere = await createTestDatabase();
    const other = await startPgbouncer(database.url, 'transaction', 2, elsewhere.name);
    try {
      const { exitCode, stderr } = await load(other.place);
      assert.equal(exitCode, 2);
      assert.match(stderr, /^error: the pooler at [^\n]* leads to another database [^\n]*\n$/);
    } finally {
      await other.stop();
      await elsewhere.drop();
    }
  });

  for (const [flags, says] of [
    [['--isolation=serializable'], /--isolation is a setting of a session/],
    [['--design=row_security'], /row_security: a session must take a role first/],
    [['--compare-pgbench'], /leave --pooler out/],
  ] as const) {
    it(`is refused with ${flags}`, async () => {
      const { exitCode, stderr } = await load(pgbouncer.place, ...flags);
      assert.equal(exitCode, 2);
      assert.match(stderr, says);
    });
  }
  for (const place of ['', 'host', 'host:0', 'host:99999', 'a:b:c']) {
    it(`is refused at ${JSON.stringify(place)}, which is no place`, async () => {
      const { exitCode, stderr } = await load(place);
      assert.equal(exitCode, 2);
      assert.match(
        stderr,
        /^error: [^\n]*not HOST:PORT or USER@HOST:PORT[^\n]*\n$|argument missing/,
      );
    });
  }
});
