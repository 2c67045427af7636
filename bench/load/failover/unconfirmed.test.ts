import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type pg from 'pg';
import { connect } from '../../../db/connection/connect.ts';
import { designNamed } from '../../../db/designs.ts';
import { until } from '../../../db/testing/embedded-drill.ts';
import { runTrial } from '../run-trial.ts';
import { testTrial, waveMix } from '../testing.ts';
import { makePairs, type Pair, type PairMaker } from './pair.ts';

/*
 * A commit whose wait for the standby is cancelled is there on the primary, and perhaps nowhere else: the
 * server says "done", with a warning. Whoever takes that for an acknowledgement loses it in a failover.
 */

let pairs: PairMaker;
let pair: Pair;

before(async () => {
  pairs = await makePairs(designNamed('blocked_contacts'), async () => {});
  pair = await pairs.start('sync', 0);
});
after(async () => {
  await pair.close();
  await pairs.remove();
});

/** Ends what sessions of the load wait for, or the sessions: how many. */
async function endWaits(client: pg.Client, how: 'cancel' | 'terminate'): Promise<number> {
  const { rowCount } = await client.query(
    `select pg_${how}_backend(pid) from pg_stat_activity
     where application_name = 'optout-lab load' and wait_event = 'SyncRep'`,
  );
  return rowCount ?? 0;
}

it('commits whose wait for the standby was cancelled, or whose session was ended, are lost unacknowledged', async () => {
  const primary = await connect(pair.primaryUrl);
  const standby = await connect(pair.standbyUrl);
  const abort = new AbortController();
  const seen = { accepted: 0, unconfirmed: 0, afterwards: 0 };
  let [isCut, isPromoted] = [false, false];
  let failover: Promise<void> | undefined;

  /** The standby stops following; waits are ended again and again; then the primary is lost. */
  const failOver = async (): Promise<void> => {
    await standby.query(`alter system set primary_conninfo = ''`);
    await standby.query('select pg_reload_conf()');
    await until('nobody follows the primary', async () => {
      const { rows } = await primary.query('select from pg_stat_replication');
      return rows.length === 0;
    });
    isCut = true;
    let [cancelled, terminated] = [0, 0];
    await until('many waits were ended, and the generator noticed', async () => {
      cancelled += await endWaits(primary, 'cancel');
      if (terminated < 20) terminated += await endWaits(primary, 'terminate');
      return cancelled > 20 && terminated >= 20 && seen.unconfirmed > 20;
    });
    await primary.end();
    await pair.killPrimary();
    await standby.query('select pg_promote()');
    isPromoted = true;
  };

  const trial = await runTrial(
    testTrial(pair.url, {
      major: pairs.major,
      mix: waveMix(),
      rate: 200,
      clients: 8,
      durationMs: 3_600_000,
      signal: abort.signal,
      onSecond: ({ reports }) => {
        for (const { counts } of reports) {
          seen.accepted += counts.accepted;
          seen.unconfirmed += counts.unconfirmed;
          if (isPromoted) seen.afterwards += counts.accepted;
        }
        if (seen.accepted > 100) failover ??= failOver();
        failover?.catch(() => abort.abort());
        if (seen.afterwards > 300) abort.abort();
      },
    }),
  );
  await failover;
  await standby.end();
  assert.ok(isCut && isPromoted);
  assert.ok(trial.counts.unconfirmed > 20);
  assert.ok((trial.errors['57P01']?.answers ?? 0) + (trial.errors['lost']?.answers ?? 0) > 0);
  assert.deepEqual(trial.verification.differences, []);
  assert.equal(trial.verification.messages.acknowledged, trial.counts.accepted);
  assert.equal(trial.counts.errors, 0, JSON.stringify(trial.errors));
});
