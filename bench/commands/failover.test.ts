import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { itemAt } from '../../db/item-at.ts';
import { newDrill, skipDrills, until } from '../../db/testing/embedded-drill.ts';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { readLoad } from '../load/results/read-load.ts';
import type { Failover } from '../load/results/results.ts';

const command = 'bench/commands/load.ts';
const reports = mkdtempSync(join(tmpdir(), 'optout-lab-failovers-'));
after(() => rmSync(reports, { recursive: true }));

const args = (run: string, ...more: readonly string[]): readonly string[] => [
  ...['--out', reports, '--run', run, '--mix', 'opt-out-wave', '--rate', '300', '--duration', '5'],
  ...['--drain', '600'],
  ...more,
];

/** In order, and each after the kill. */
function assertServedInOrder({
  killedS,
  promotedS,
  refusedS,
  acceptedS,
  answeredS,
}: Failover): void {
  assert.ok(killedS > 1, `killed at ${killedS}`);
  assert.ok(killedS < promotedS && killedS < refusedS && refusedS <= acceptedS);
  assert.ok(answeredS !== null && answeredS > killedS, `answered at ${answeredS}`);
}

describe('npm run load -- --failover', () => {
  it('loses nothing with a synchronous standby, and refuses blocked numbers at once', async () => {
    const { exitCode, stdout, stderr } = await runCommandFile(
      command,
      args('sync', '--failover', '--failovers', '2'),
    );
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /^failover 2 of 2 \(sync\): killed at [\d.]+ s, promoted after \d/m);
    assert.match(
      stdout,
      /^2 failovers with a synchronous standby: opt-out-wave on blocked_contacts/m,
    );
    assert.match(
      stdout,
      /rows acknowledged, 0 lost; 0 messages accepted that should have been refused$/m,
    );
    const { failovers = [], trials, complete } = readLoad(join(reports, 'sync'));
    assert.deepEqual([failovers.length, trials.length, complete], [2, 2, true]);
    for (const [index, failover] of failovers.entries()) {
      const { verification, counts, errors, server } = itemAt(trials, index);
      assert.deepEqual([failover.ok, failover.differences], [true, []]);
      assert.deepEqual(failover.lost, { messages: [], reports: [], optOuts: [], blocks: [] });
      assertServedInOrder(failover);
      assert.deepEqual(verification.differences, []);
      assert.ok(verification.messages.acknowledged > 300);
      assert.ok(counts.lostConnections > 0);
      assert.equal(counts.errors, 0, JSON.stringify(errors));
      assert.equal(server, undefined, 'counters of two servers say nothing');
    }
    const page = readFileSync(join(reports, 'sync', 'index.html'), 'utf8');
    assert.match(page, /What does a failover lose\?/);
    assert.match(page, /Errors by SQLSTATE/);
  });

  it('says which rows are lost with an asynchronous standby far away, and whether a block is', async () => {
    const { exitCode, stdout, stderr } = await runCommandFile(
      command,
      args('async', '--failover=async', '--standby-delay', '400ms'),
    );
    assert.deepEqual([exitCode, stderr], [0, '']);
    const { failovers = [], trials } = readLoad(join(reports, 'async'));
    const failover = itemAt(failovers, 0);
    const { verification } = itemAt(trials, 0);
    const { lost, unreplicated } = failover;
    assertServedInOrder(failover);
    assert.deepEqual([failover.ok, failover.differences], [true, []]);
    // 300 a second, of which some are reports, for 400 ms
    assert.ok(lost.messages.length > 10 && lost.reports.length > 10, JSON.stringify(lost));
    assert.equal(verification.ok, false);
    assert.equal(lost.messages.length, verification.messages.missing);
    assert.equal(lost.reports.length, verification.reports.missing);
    assert.ok(unreplicated.messages >= lost.messages.length);
    assert.ok(lost.optOuts.length > 0 && lost.reports.some(({ errorCode }) => errorCode === 21610));
    assert.match(
      stdout,
      new RegExp(
        `${lost.messages.length} messages, ${lost.reports.length} reports\\), with them ${lost.optOuts.length} opt-outs? and`,
      ),
    );
    const page = readFileSync(join(reports, 'async', 'index.html'), 'utf8');
    for (const id of lost.messages.slice(0, 3)) assert.ok(page.includes(id));
  });

  for (const [flags, says] of [
    [['--failover', '--scale', 'tiny'], /servers of its own[^\n]*leave --scale out/],
    [['--failover', '--keep', '--ramp', '1..2'], /leave --ramp, --keep out/],
    [['--failover=both'], /not one of sync, async/],
    [['--failovers', '3'], /--failovers needs --failover/],
    [['--standby-delay', '1ms'], /--standby-delay needs --failover/],
    [['--failover', '--standby-delay', '1h'], /not a time up to 10 seconds/],
    [['--failover', '--design', 'opt_outs_count'], /one design that keeps blocked_contacts/],
    [['--failover', '--design', 'all'], /one design that keeps blocked_contacts/],
  ] as const) {
    it(`is refused with ${flags.join(' ')}`, async () => {
      const { exitCode, stderr } = await runCommandFile(command, flags);
      assert.equal(exitCode, 2);
      assert.match(stderr, /^error: [^\n]*\n$/);
      assert.match(stderr, says);
    });
  }
});

describe('the servers of a failover', { skip: skipDrills }, () => {
  it('are gone after Ctrl-C, and those of a killed command with the next', async () => {
    const drill = newDrill();
    try {
      const scratch = (): readonly string[] =>
        existsSync(drill.home)
          ? readdirSync(drill.home).filter((name) => name.startsWith('scratch-'))
          : [];
      const isAtWork = (): boolean =>
        scratch().some((name) =>
          existsSync(join(drill.home, name, 'standby', 'data', 'postmaster.pid')),
        );
      const begun = async (run: string) => {
        const running = drill.start(command, ...args(run, '--duration', '1h', '--failover'));
        await until('the standby is at work', async () => {
          assert.equal(running.child.exitCode, null, 'it ended before');
          return isAtWork();
        });
        return running;
      };
      const interrupted = await begun('interrupted');
      interrupted.child.kill('SIGINT');
      assert.equal((await interrupted.outcome).exitCode, 130);
      assert.deepEqual(scratch(), []);

      const killed = await begun('killed');
      killed.child.kill('SIGKILL');
      await killed.outcome;
      assert.ok(isAtWork());
      const next = await drill.run('db/commands/db-up.ts');
      assert.match(next.stderr, /removed the scratch clusters of a command that was killed/);
      assert.deepEqual(scratch(), []);
    } finally {
      await drill.remove();
    }
  });
});
