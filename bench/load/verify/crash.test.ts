import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { dataDirVariable } from '../../../db/server/paths.ts';
import { runCommandFile } from '../../../db/testing/run-command-file.ts';
import { runTrial } from '../run-trial.ts';
import { testTrial, waveMix } from '../testing.ts';

/* An embedded server of this test's own, so that it may be killed. */

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-crash-'));
const home = join(folder, 'server');
const env = { DATABASE_URL: undefined, [dataDirVariable]: home };

let restarted: Promise<void> | undefined;

/** Starts the server, or finds it running; returns its URL. */
async function up(): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommandFile('db/commands/db-up.ts', [], { env });
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.trim().split('\n').at(-1) ?? '';
}

let over = false;

/** Starts it again: what the killed one left of itself may still be going. */
async function upAgain(): Promise<void> {
  for (;;) {
    try {
      await up();
      return;
    } catch (error) {
      if (over) throw error;
      await delay(200);
    }
  }
}

before(() => chmodSync(folder, 0o755));
after(async () => {
  over = true;
  await restarted;
  const down = await runCommandFile('db/commands/db-down.ts', [], { env });
  assert.equal(down.exitCode, 0, down.stderr);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

it('a server that is killed and started again in the middle costs no acknowledged message', async () => {
  const url = await up();
  let killed = false;
  let isUpAgain = false;
  let acceptedBefore = 0;
  let acceptedAfter = 0;
  const abort = new AbortController();
  const trial = await runTrial(
    testTrial(url, {
      mix: waveMix(),
      rate: 400,
      clients: 8,
      workers: 2,
      durationMs: 3_600_000,
      signal: abort.signal,
      onSecond: ({ reports }) => {
        const accepted = reports.reduce((sum, { counts }) => sum + counts.accepted, 0);
        if (isUpAgain) acceptedAfter += accepted;
        if (acceptedAfter > 1_000) abort.abort();
        if (killed) return;
        acceptedBefore += accepted;
        if (acceptedBefore < 100) return;
        const [postmaster] = readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n');
        process.kill(Number(postmaster), 'SIGKILL');
        killed = true;
        restarted = upAgain().then(() => {
          isUpAgain = true;
        });
      },
    }),
  );
  await restarted;
  assert.ok(killed, 'nothing was accepted before the end');
  assert.ok(trial.counts.lostConnections > 0);
  assert.ok(acceptedAfter > 1_000, 'nothing was accepted after the restart');
  assert.equal(trial.counts.errors, 0, JSON.stringify(trial.errors));
  // refused after its connection was lost: an earlier attempt may have gone through
  assert.ok(
    trial.counts.unknown <= trial.counts.lostConnections,
    `${trial.counts.unknown} unknown`,
  );
  assert.equal(trial.server, undefined, 'counters of before the crash and after it say nothing');
  const { ok, messages, reports, differences } = trial.verification;
  assert.deepEqual(differences, []);
  assert.equal(ok, true);
  assert.equal(messages.acknowledged, trial.counts.accepted);
  assert.equal(messages.missing + reports.missing, 0);
});
