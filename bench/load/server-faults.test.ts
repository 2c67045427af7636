import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  truncateSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { isConnectionLost, UserError } from '../../db/cli/errors.ts';
import { connect } from '../../db/connection/connect.ts';
import { migrateUp } from '../../db/schema/migrate.ts';
import { serverAccount } from '../../db/server/account.ts';
import { findBinaries } from '../../db/server/binaries.ts';
import { serverPaths } from '../../db/server/paths.ts';
import { makeScratchClusters, type ScratchClusters } from '../../db/server/scratch-clusters.ts';
import { until } from '../../db/testing/embedded-drill.ts';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import type { TrialOptions } from './options/trial-options.ts';
import { addCounts, noCounts, type RecordedCounts } from './record/counts.ts';
import { runTrial } from './run-trial.ts';
import { testTrial, waveMix } from './testing.ts';

/*
 * What a server may meet under a load, on a cluster of this file's own: no slot for another connection, a
 * time limit, a restart, a full disk. The load ends with its accounts right, whatever it could not do.
 */

/** A disk of its own for a server: only root may mount one. */
const mayMount = process.platform === 'linux' && process.getuid?.() === 0;
const noMount = mayMount ? false : 'only root can mount a small disk';

const name = 'faulty';
/** Three of them are kept for superusers, as which the lab's sessions log in here. */
const slots = 12;

describe('a load, and', () => {
  let clusters: ScratchClusters;
  let url: string;
  let major: number;

  before(async () => {
    const account = serverAccount();
    const binaries = findBinaries(account, serverPaths(account).home);
    major = binaries.major;
    clusters = makeScratchClusters(account, binaries, [
      `max_connections = ${slots}`,
      'superuser_reserved_connections = 0',
      'max_wal_senders = 0',
      'shared_buffers = 64MB',
      'wal_buffers = 4MB',
      'min_wal_size = 32MB',
      'max_wal_size = 48MB',
    ]);
    await clusters.initialise(name);
    url = await clusters.start(name);
    await migrateUp(url);
  });
  after(() => clusters.remove());

  /** A load that does something to its server once it has begun, and ends some time after. */
  async function loadWhile(
    disturb: (seen: RecordedCounts) => Promise<void>,
    changes: Partial<TrialOptions> = {},
  ) {
    const abort = new AbortController();
    const seen = noCounts();
    let disturbing: Promise<void> | undefined;
    let acceptedBefore = Number.POSITIVE_INFINITY;
    const trial = await runTrial(
      testTrial(url, {
        major,
        mix: waveMix(),
        rate: 200,
        durationMs: 3_600_000,
        drainMs: 60_000, // where something failed: what is under way may never end
        signal: abort.signal,
        ...changes,
        onSecond: ({ reports }) => {
          for (const { counts } of reports) addCounts(seen, counts);
          if (seen.accepted > 100 && disturbing === undefined) {
            disturbing = disturb(seen).then(() => {
              acceptedBefore = seen.accepted;
            });
            disturbing.catch(() => abort.abort());
          }
          if (seen.accepted > acceptedBefore + 300) abort.abort();
        },
      }),
    );
    await disturbing;
    assert.ok(seen.accepted > acceptedBefore, 'nothing was accepted afterwards');
    assert.deepEqual(trial.verification.differences, []);
    assert.equal(trial.verification.messages.acknowledged, trial.counts.accepted);
    return trial;
  }

  it('no connection to be had: it ends in one line', async () => {
    await assert.rejects(
      runTrial(testTrial(url, { major, clients: slots + 1 })),
      (error: unknown) =>
        (error instanceof UserError || isConnectionLost(error)) && /connect/.test(String(error)),
    );
  });

  it('no connection to be had again once its own are lost: it waits until there is', async () => {
    const others: pg.Client[] = [];
    const { errors } = await loadWhile(async (seen) => {
      // as many as there are: those that the load loses, too
      const take = async (): Promise<void> => {
        try {
          for (;;) others.push(await connect(url, 'somebody'));
        } catch (error) {
          assert.ok(error instanceof UserError, String(error));
        }
      };
      await take();
      const [first] = others;
      assert.ok(first !== undefined);
      const lost = seen.lostConnections;
      await until('the load has lost connections whose slots others have', async () => {
        await first.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'optout-lab load'`,
        );
        await take();
        return seen.lostConnections > lost && others.length > slots - 3;
      });
      await delay(300); // it tries meanwhile
      await Promise.all(others.map((client) => client.end()));
    });
    assert.ok((errors['53300']?.connecting ?? 0) > 0, JSON.stringify(errors));
    assert.equal(errors['53300']?.failed, 0);
  });

  it('a server that is restarted in order: sessions are told so, and come back', async () => {
    const { errors, counts } = await loadWhile(async () => {
      await clusters.stop(name);
      await clusters.start(name);
    });
    assert.ok((errors['57P01']?.answers ?? 0) > 0, JSON.stringify(errors));
    assert.equal(counts.errors, 0, JSON.stringify(errors));
  });

  it('a disk that takes long over each flush of the WAL: answers are late, and none is wrong or lost', async () => {
    const somebody = await connect(url, 'somebody');
    const flushMs = 100; // the most that the server can be told to wait before it flushes
    const { counts, errors, intervals } = await loadWhile(async (seen) => {
      await somebody.query(`alter system set commit_delay = ${flushMs * 1_000}`);
      await somebody.query('alter system set commit_siblings = 0');
      await somebody.query('select pg_reload_conf()');
      const before = seen.accepted;
      await until('many were accepted so', async () => seen.accepted > before + 300);
      await somebody.query('alter system reset all');
      await somebody.query('select pg_reload_conf()');
    });
    await somebody.end();
    assert.equal(counts.errors, 0, JSON.stringify(errors));
    assert.equal(counts.unknown, 0);
    const slowest = Math.max(...intervals.map(({ p50Ms }) => p50Ms ?? 0));
    assert.ok(slowest >= flushMs, `${slowest} ms`);
  });

  it('time limits that are the database’s: they are not the lab’s, whose sessions set their own', async () => {
    const somebody = await connect(url, 'somebody');
    const { counts } = await loadWhile(async () => {
      await somebody.query(`alter database postgres set statement_timeout = '50ms'`);
      await somebody.query(`alter database postgres set idle_session_timeout = '50ms'`);
      await somebody.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'optout-lab load'`,
      );
      await somebody.query('begin');
      await somebody.query('lock table outbound_messages in share mode');
      await delay(500);
      await somebody.query('commit');
    });
    await somebody.query('alter database postgres reset all');
    await somebody.end();
    assert.equal(counts.errors, 0);
  });

  async function rowCounts(): Promise<unknown> {
    const client = await connect(url);
    const { rows } = await client.query(
      `select (select count(*)::int from outbound_messages) as messages,
         (select count(*)::int from delivery_reports) as reports,
         (select count(*)::int from profiles) as profiles`,
    );
    await client.end();
    return rows;
  }

  /** Replaces a folder of the stopped server by a small disk of its own, with what is in it. */
  function onSmallDisk(folder: string, megabytes: number): { remove: () => void } {
    const kept = `${folder}.kept`;
    renameSync(folder, kept);
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
    execFileSync('cp', ['-a', `${kept}/.`, folder]);
    const { account } = clusters;
    if (account.differs) lchownSync(folder, account.uid, account.gid);
    execFileSync('chmod', ['700', folder]);
    rmSync(kept, { recursive: true });
    return {
      remove() {
        execFileSync('cp', ['-a', folder, kept]);
        execFileSync('umount', [folder]);
        rmSync(folder, { recursive: true });
        renameSync(kept, folder);
      },
    };
  }

  /** Takes all room of a disk away; gives it back. */
  async function fill(folder: string): Promise<() => void> {
    const filler = join(folder, 'filler');
    const file = await open(filler, 'w');
    const part = Buffer.alloc(64 * 1024);
    await assert.rejects(
      async () => {
        for (;;) await file.write(part);
      },
      { code: 'ENOSPC' },
    );
    await file.close();
    assert.equal(statfsSync(folder).bavail, 0);
    return () => rmSync(filler);
  }

  it('a disk of the WAL that is full: the server ends, and with room and a start all goes on', {
    skip: noMount,
  }, async () => {
    await clusters.stop(name);
    const wal = join(clusters.dataOf(name), 'pg_wal');
    const disk = onSmallDisk(wal, 128);
    await clusters.start(name);
    try {
      const { counts, errors } = await loadWhile(
        async () => {
          const before = readdirSync(wal).length;
          assert.ok(before > 0);
          const release = await fill(wal);
          // a segment is filled, and the next finds no room: the server gives up (PANIC)
          const writer = await connect(url, 'somebody');
          await assert.rejects(async () => {
            for (;;) {
              await writer.query(
                `select pg_logical_emit_message(true, 'fill', repeat('x', 4000000))`,
              );
            }
          });
          await writer.end().catch(() => {});
          await clusters.kill(name); // it starts again by itself, and fails again
          release();
          await clusters.start(name);
        },
        { clients: 3 },
      );
      assert.ok(counts.lostConnections > 0);
      assert.equal(counts.errors, 0, JSON.stringify(errors));
    } finally {
      await clusters.stop(name);
      disk.remove();
      await clusters.start(name);
    }
  });

  it('a disk of a tablespace that is full: sends fail and are counted, none is half there, reads go on', {
    skip: noMount,
  }, async () => {
    const folder = join(clusters.folder, 'tablespace');
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder]);
    const { account } = clusters;
    if (account.differs) lchownSync(folder, account.uid, account.gid);
    const client = await connect(url, 'somebody');
    try {
      await client.query(`create tablespace small location '${folder}'`);
      await client.query('alter table outbound_messages set tablespace small');
      const { counts, errors } = await loadWhile(async (seen) => {
        const release = await fill(folder);
        const failed = seen.errors;
        await until('sends fail', async () => seen.errors > failed + 20);
        await client.query('select count(*) from outbound_messages');
        release();
      });
      assert.equal(errors['53100']?.failed, counts.errors, JSON.stringify(errors));
      assert.match(errors['53100']?.message ?? '', /No space left on device/);
    } finally {
      await client.query('alter table outbound_messages set tablespace pg_default');
      await client.query('drop tablespace small');
      await client.end();
      execFileSync('umount', [folder]);
    }
  });

  it('a disk of the reports that is full: one line, no half a file, and the database is as it was', {
    skip: noMount,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'optout-lab-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    try {
      const before = await rowCounts();
      await fill(folder);
      truncateSync(join(folder, 'filler'), 1024 ** 2 - 16 * 1024); // room for a folder
      const { exitCode, stderr } = await runCommandFile(
        'bench/commands/load.ts',
        ['--out', folder, '--run', 'full', '--rate', '50', '--duration', '2', '--clients', '2'],
        { env: { DATABASE_URL: url } },
      );
      assert.equal(exitCode, 2);
      assert.match(stderr, /^error: a file cannot be used: ENOSPC[^\n]*\n$/);
      assert.deepEqual(readdirSync(join(folder, 'full')), []);
      assert.deepEqual(await rowCounts(), before);
    } finally {
      execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true });
    }
  });
});
