import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isConnectionLost, UserError } from '../../db/cli/errors.ts';
import { migrateUp } from '../../db/schema/migrate.ts';
import { requireSupportedVersion } from '../../db/server/guard.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { type Fault, Relay } from '../network/relay.ts';
import type { RecordedCounts } from './record/counts.ts';
import { runTrial } from './run-trial.ts';
import { testTrial, waveMix } from './testing.ts';

describe('a load over a network that', () => {
  let database: TestDatabase;
  let relay: Relay;
  let major: number;

  before(async () => {
    database = await createTestDatabase();
    await migrateUp(database.url);
    const client = await database.connect();
    major = await requireSupportedVersion(client);
    await client.end();
    relay = await Relay.before(database.url);
  });
  after(async () => {
    await relay.close();
    await database.drop();
  });

  /** Breaks connections again and again until enough was accepted and lost, then lets the load end. */
  const loadWith = async (faults: readonly Fault[]) => {
    const abort = new AbortController();
    const seen = { accepted: 0, lostConnections: 0, foundDone: 0 };
    // so many at the most: what does not come by then is missed below
    const enough = (): boolean =>
      seen.accepted > 6_000 ||
      (seen.accepted > 400 &&
        seen.lostConnections > 30 &&
        (!faults.includes('answer lost') || seen.foundDone > 3));
    let next = 0;
    let begun = false;
    const breaking = setInterval(() => {
      if (!begun) return; // a load begins where it can connect
      const fault = faults[next++ % faults.length];
      if (fault !== undefined) relay.break(fault, next % 3 === 0 ? 'all' : 'oldest');
    }, 60);
    try {
      return await runTrial(
        testTrial(relay.url, {
          major,
          mix: waveMix(),
          rate: 300,
          clients: 6,
          durationMs: 3_600_000,
          signal: abort.signal,
          onSecond: ({ reports }) => {
            begun = true;
            for (const { counts } of reports) add(seen, counts);
            if (!enough()) return;
            clearInterval(breaking);
            abort.abort();
          },
        }),
      );
    } finally {
      clearInterval(breaking);
    }
  };
  const add = (
    sum: { accepted: number; lostConnections: number; foundDone: number },
    counts: RecordedCounts,
  ): void => {
    sum.accepted += counts.accepted;
    sum.lostConnections += counts.lostConnections;
    sum.foundDone += counts.foundDone;
  };

  it('breaks as it begins is told in one line', async () => {
    const breaking = setInterval(() => relay.break('answer lost'), 5);
    try {
      await assert.rejects(
        runTrial(testTrial(relay.url, { major, clients: 16 })),
        // what a command tells in one line
        (error: unknown) => error instanceof UserError || isConnectionLost(error),
      );
    } finally {
      clearInterval(breaking);
    }
  });

  for (const [what, faults] of [
    ['cuts connections', ['cut']],
    ['loses answers after the commit', ['answer lost']],
    ['loses requests', ['request lost']],
    ['closes one half', ['half closed']],
    ['does all of it in turn', ['cut', 'answer lost', 'request lost', 'half closed']],
  ] as const) {
    it(`${what} loses no acknowledged message, and counts none twice`, async () => {
      const { counts, errors, verification } = await loadWith(faults);
      assert.equal(counts.errors, 0, JSON.stringify(errors));
      assert.deepEqual(verification.differences, []);
      assert.equal(verification.ok, true);
      assert.equal(verification.messages.acknowledged, counts.accepted);
      assert.equal(verification.messages.missing + verification.reports.missing, 0);
      assert.ok(counts.lostConnections > 30);
      if (faults.some((fault) => fault === 'answer lost')) {
        assert.ok(counts.foundDone > 3, 'what was done was not found by its id');
      }
    });
  }
});
