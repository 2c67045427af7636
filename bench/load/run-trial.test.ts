import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { requireSupportedVersion } from '../../db/server/guard.ts';
import { until } from '../../db/testing/embedded-drill.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { LatencyHistogram } from '../stats/histogram.ts';
import { binRanges } from '../stats/latency-bins.ts';
import type { RecordedCounts } from './record/counts.ts';
import type { LoadTrial } from './results/results.ts';
import { runTrial } from './run-trial.ts';
import { testMix, testTrial, testTrialUntil, waveMix } from './testing.ts';

let database: TestDatabase;
let client: pg.Client;
let major: number;

before(async () => {
  database = await createTestDatabase();
  client = await database.connect();
  major = await requireSupportedVersion(client);
});

after(async () => {
  await client.end();
  await database.drop();
});

const trial = (changes: Parameters<typeof testTrial>[1]): Promise<LoadTrial> =>
  runTrial(testTrial(database.url, { major, ...changes }));

const trialUntil = (
  enough: Parameters<typeof testTrialUntil>[0],
  changes: Parameters<typeof testTrial>[1],
): Promise<LoadTrial> => runTrial(testTrialUntil(enough, database.url, { major, ...changes }));

async function rowCounts(): Promise<Record<string, string>> {
  const { rows } = await client.query(
    `select
       (select count(*) from outbound_messages) as messages,
       (select count(*) from delivery_reports) as reports,
       (select count(*) from opt_outs) as opt_outs,
       (select count(*) from blocked_contacts) as blocked,
       (select count(*) from profiles) as profiles`,
  );
  return rows[0];
}

const nothing = { messages: '0', reports: '0', opt_outs: '0', blocked: '0', profiles: '0' };

/** Answers whose latency was at least so much. */
function answersFrom(loaded: LoadTrial, leastMs: number): number {
  return loaded.intervals
    .flatMap(({ latencyBins }) => binRanges(latencyBins))
    .reduce((sum, { fromMs, count }) => (fromMs >= leastMs ? sum + count : sum), 0);
}

describe('a load', () => {
  it('leaves nothing, and its verification saw every row', async () => {
    const enough = ({ accepted, optedOut }: RecordedCounts): boolean =>
      accepted > 50 && optedOut > 10;
    const loaded = await trialUntil(enough, { mix: waveMix(), rate: 300 });
    assert.equal(loaded.verification.ok, true);
    assert.equal(loaded.verification.messages.acknowledged, loaded.counts.accepted);
    assert.ok(enough(loaded.counts));
    assert.deepEqual(await rowCounts(), nothing);
  });

  it('opens one session beside those that carry it', async () => {
    const sessions = async (): Promise<number> => {
      const { rows } = await client.query<{ sessions: string }>(
        'select sessions from pg_stat_database where datname = current_database()',
      );
      return Number(rows[0]?.sessions);
    };
    const before = await sessions();
    await trial({ clients: 2 });
    // a session is counted at the latest when it ends, which the server tells in its own time
    await until('the sessions are counted', async () => (await sessions()) >= before + 3);
    assert.equal(await sessions(), before + 3);
  });

  it('counts refusals as answers, and not as errors', async () => {
    const mix = waveMix({ freshNumbersAtOnce: 2, freshSendsPerNumber: 100 });
    const { counts, errors, verification, latency } = await trialUntil(
      ({ refused }) => refused > 50,
      { mix, rate: 300 },
    );
    assert.ok(counts.refused > 50, `${counts.refused} refused`);
    assert.equal(counts.errors, 0);
    assert.deepEqual(errors, {});
    assert.equal(latency.refused.samples, counts.refused);
    const { accepted, refused, delivered, filtered, optedOut } = counts;
    assert.equal(counts.done, accepted + refused + delivered + filtered + optedOut);
    assert.equal(verification.messages.absent, counts.refused);
    assert.ok(verification.optOuts.mustBeBlocked >= 2);
  });

  it('leaves what it made where that is asked for', async () => {
    const loaded = await trial({ mix: waveMix(), keep: true });
    const { messages, reports } = await rowCounts();
    assert.equal(Number(messages), loaded.counts.accepted);
    assert.equal(Number(reports), loaded.verification.reports.acknowledged);
    await client.query('truncate outbound_messages, delivery_reports, opt_outs, blocked_contacts');
    await client.query('delete from profiles');
  });

  it('offers its rate: so many sends become due as rate and time say', async () => {
    const { counts, intervals, unserved } = await trial({ rate: 250, durationMs: 2_000 });
    assert.equal(counts.done, 500);
    assert.equal(
      intervals.reduce((sum, { offered }) => sum + offered, 0),
      500,
    );
    assert.equal(unserved, 0);
  });

  it('tells of its seconds in their order, and of every operation', async () => {
    const told: [number, number][] = [];
    await trial({
      rate: 100,
      workers: 2,
      durationMs: 3_000,
      onSecond: ({ second, reports }) => {
        told.push([second, reports.reduce((sum, { offered }) => sum + offered, 0)]);
      },
    });
    // a thread that the machine kept waiting skips seconds, and tells of them with the next
    const seconds = told.map(([second]) => second);
    assert.deepEqual(
      seconds,
      [...new Set(seconds)].sort((a, b) => a - b),
    );
    assert.ok((seconds.at(-1) ?? 0) >= 2, `told of ${seconds}`);
    assert.equal(
      told.reduce((sum, [, offered]) => sum + offered, 0),
      300,
    );
  });

  it('is shared by several workers, whose histograms are merged', async () => {
    const loaded = await trial({ workers: 3, clients: 5, rate: 300, mix: waveMix() });
    assert.equal(loaded.workers, 3);
    assert.equal(loaded.verification.ok, true);
    const { accepted, refused, report, optedOut, all } = loaded.latency;
    const merged = LatencyHistogram.merge(
      [accepted, refused, report, optedOut].map(({ histogram }) =>
        LatencyHistogram.decode(histogram),
      ),
    );
    assert.equal(merged.samples, loaded.counts.done);
    assert.equal(merged.percentile(50), LatencyHistogram.decode(all.histogram).percentile(50));
  });

  it('is a closed loop where the rate is max', async () => {
    const loaded = await trialUntil(({ done }) => done > 0, { rate: 'max', clients: 2 });
    assert.equal(loaded.loop, 'closed');
    assert.ok(loaded.counts.done > 0 && loaded.counts.waited === 0);
    assert.equal(loaded.verification.ok, true);
  });

  for (const isolation of ['repeatable read', 'serializable'] as const) {
    it(`runs at ${isolation}, where racing opt-outs are retried`, async () => {
      const mix = waveMix({ freshNumbersAtOnce: 1, freshSendsPerNumber: 300, optOutShare: 1 });
      const loaded = await trial({ isolation, mix, rate: 'max', clients: 8 });
      assert.equal(loaded.verification.ok, true, loaded.verification.differences.join('; '));
      // an application may give up after ten attempts; nothing else may fail
      assert.deepEqual(
        Object.entries(loaded.errors).filter(
          ([code, { failed }]) => code !== '40001' && failed > 0,
        ),
        [],
      );
    });
  }

  it('ends early when it is told to, with what it measured', async () => {
    const abort = new AbortController();
    const loaded = await trial({
      durationMs: 3_600_000,
      signal: abort.signal,
      onSecond: () => abort.abort(),
    });
    assert.equal(loaded.interrupted, true);
    assert.ok(loaded.counts.done > 0);
    assert.equal(loaded.verification.ok, true);
  });
});

describe('a stall of the server', () => {
  it('is seen by all who would have waited in it, not only by those on the connections', async () => {
    const rate = 200;
    const abort = new AbortController();
    let offered = 0;
    let isOver = false;
    let stallMs = 0;
    let locked: Promise<void> | undefined;
    const stall = async (): Promise<void> => {
      const blocker = await database.connect();
      await blocker.query('begin');
      await blocker.query('lock table outbound_messages in share mode');
      const beganMs = performance.now();
      await blocker.query('select pg_sleep(1.5)');
      stallMs = performance.now() - beganMs;
      await blocker.query('rollback');
      await blocker.end();
      isOver = true;
    };
    const loaded = await trial({
      rate,
      clients: 4,
      durationMs: 3_600_000,
      signal: abort.signal,
      onSecond: ({ reports }) => {
        locked ??= stall();
        for (const each of reports) offered += each.offered;
        // a 99th percentile takes a thousand
        if (isOver && offered > 1_200) abort.abort();
      },
    });
    await locked;
    // Arrivals come evenly all through the stall: those of its first half wait for half of it or more.
    const expected = (rate * stallMs) / 1000 / 2;
    const late = answersFrom(loaded, stallMs / 2);
    assert.ok(late >= 0.9 * expected, `${late} late answers, ${expected} expected`);
    assert.ok((loaded.latency.all.maxMs ?? 0) >= 0.95 * stallMs);
    assert.ok((loaded.latency.all.p99Ms ?? 0) >= 0.8 * stallMs, `p99 ${loaded.latency.all.p99Ms}`);
    assert.ok(loaded.counts.waited >= 0.9 * 2 * expected - 4, `${loaded.counts.waited} waited`);
    assert.ok(Math.max(...loaded.intervals.map(({ behindMs }) => behindMs)) > 0);
    assert.equal(
      loaded.counts.done,
      loaded.intervals.reduce((sum, interval) => sum + interval.offered, 0),
    );
    assert.equal(loaded.verification.ok, true);
  });
});

describe('failures', () => {
  /** Makes some sends fail: `condition` may use the number of the attempt as n. */
  async function failing(condition: string, sqlState: string, use: () => Promise<void>) {
    await client.query(`
      create sequence attempts;
      create function fail_some() returns trigger language plpgsql as $$
      declare n bigint := nextval('attempts');
      begin
        if ${condition} then raise exception 'on purpose' using errcode = '${sqlState}'; end if;
        return new;
      end $$;
      create trigger fail_some before insert on outbound_messages
        for each row execute function fail_some();`);
    try {
      await use();
    } finally {
      await client.query(
        'drop trigger fail_some on outbound_messages; drop function fail_some; drop sequence attempts;',
      );
    }
  }
  const attempts = async (): Promise<number> =>
    Number((await client.query('select last_value from attempts')).rows[0].last_value);

  for (const sqlState of ['40001', '40P01']) {
    it(`with ${sqlState} are retried, and counted`, () =>
      failing('n % 5 = 0', sqlState, async () => {
        const { counts, errors, verification } = await trial({
          // the probes of the verification would use the sequence too
          beforeVerifying: async () => {
            // 200 that succeed, and every fifth that fails in between
            assert.equal(await attempts(), 249);
          },
        });
        assert.deepEqual([counts.accepted, counts.retries, counts.errors], [200, 49, 0]);
        assert.deepEqual(errors, {
          [sqlState]: { answers: 49, connecting: 0, failed: 0, message: 'on purpose' },
        });
        assert.equal(verification.ok, true);
      }));
  }

  it('that go on are given up, told with their SQLSTATE, and the row must not be there', () =>
    failing("new.to_number ~ '[0-4]$'", '40001', async () => {
      const { counts, errors, verification } = await trial({});
      assert.ok(counts.errors > 0);
      const answers = counts.errors + counts.retries;
      assert.deepEqual(errors, {
        '40001': { answers, connecting: 0, failed: counts.errors, message: 'on purpose' },
      });
      assert.equal(counts.retries, 9 * counts.errors);
      assert.equal(counts.accepted + counts.errors, 200);
      assert.equal(verification.messages.absent, counts.errors);
      assert.equal(verification.ok, true);
    }));

  it('of another kind are errors at once', () =>
    failing('n % 4 = 0', '22000', async () => {
      const { counts } = await trial({});
      assert.deepEqual([counts.accepted, counts.retries, counts.errors], [150, 0, 50]);
    }));
});

describe('a lost connection', () => {
  it('is opened again, and the database is asked what became of the statement under way', async () => {
    let killed = 0;
    const abort = new AbortController();
    const loaded = await trial({
      mix: testMix({ deliveredShare: 0.5 }),
      rate: 'max',
      durationMs: 3_600_000,
      signal: abort.signal,
      onSecond: async () => {
        if (killed >= 8) return abort.abort();
        const { rowCount } = await client.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'optout-lab load' and datname = current_database()",
        );
        killed += rowCount ?? 0;
      },
    });
    assert.ok(loaded.counts.lostConnections > 0);
    assert.equal(loaded.counts.errors, 0, JSON.stringify(loaded.errors));
    // what the server said before it hung up
    assert.ok((loaded.errors['57P01']?.answers ?? 0) > 0, JSON.stringify(loaded.errors));
    assert.equal(loaded.verification.ok, true, loaded.verification.differences.join('; '));
  });
});
