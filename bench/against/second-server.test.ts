import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Drill, newDrill, skipDrills, untilSaid } from '../../db/testing/embedded-drill.ts';
import type { RunningCommand } from '../../db/testing/run-command-file.ts';
import type { AgainstResults } from './results.ts';

describe('the embedded server against a second one with other settings', {
  skip: skipDrills,
}, () => {
  let drill: Drill;
  before(async () => {
    drill = newDrill();
    await drill.up(); // which the benches leave running
  });
  after(() => drill.remove());

  const bench = 'bench/commands/bench.ts';
  const out = (): string => join(drill.home, 'reports');
  const flags = (run: string, settings: string): readonly string[] => {
    const file = join(drill.home, `${run}.conf`);
    writeFileSync(file, settings);
    return [
      ...['--against-settings', file, '--scale=5000', '--scenarios=insert-not-durable'],
      ...['--max-seconds=30', '--precision=0.9', '--replace', `--out=${out()}`, `--run=${run}`],
    ];
  };
  const scratch = (): readonly string[] =>
    readdirSync(drill.home).filter((name) => name.startsWith('scratch-'));

  it('times both, says which settings differ, and leaves nothing', async () => {
    const { exitCode, stdout, stderr } = await drill.run(
      bench,
      ...flags('tuned', 'work_mem = 3MB\nenable_sort = off\n'),
    );
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /over that with those of tuned\.conf/);
    assert.match(stdout, /enable_sort +on +off\n/);
    const results: AgainstResults = JSON.parse(
      readFileSync(join(out(), 'tuned', 'against.json'), 'utf8'),
    );
    const { differs, settings = [], scenarios, control } = results;
    assert.equal(differs, 'settings');
    assert.deepEqual(
      settings.map(({ name, control: value }) => [name, value]),
      [
        ['enable_sort', 'off'],
        ['work_mem', '3MB'],
      ],
    );
    assert.equal(control.environment.server.kind, 'embedded');
    assert.deepEqual(
      scenarios.map(({ method, paired }) => [method, paired !== undefined]),
      [['two databases', true]],
    );
    assert.deepEqual(scratch(), []);
  });

  for (const [run, settings, says] of [
    [
      'unknown',
      'wrok_mem = 1MB',
      /unknown\.conf, line 1: .* "wrok_mem": did you mean "work_mem"\?/,
    ],
    ['value', 'work_mem = much', /value\.conf .*invalid value for parameter "work_mem": "much"/],
    ['together', 'max_wal_senders = 3', /together\.conf .*requires "wal_level"/],
  ] as const) {
    it(`refuses ${settings} in one line, and leaves nothing`, async () => {
      const { exitCode, stdout, stderr } = await drill.run(bench, ...flags(run, settings));
      assert.match(stderr, /^error: [^\n]+\n$/);
      assert.match(stderr, says);
      assert.ok(!stderr.includes('scratch-'), stderr);
      assert.deepEqual([exitCode, stdout, scratch()], [2, '', []]);
    });
  }

  /** A comparison whose second server is at work. */
  async function atWork(run: string): Promise<RunningCommand> {
    const command = drill.start(bench, ...flags(run, ''));
    await untilSaid(command, /insert-not-durable/);
    assert.equal(scratch().length, 1);
    return command;
  }

  it('ends the second server after Ctrl-C, and after a kill with the next command', async () => {
    const interrupted = await atWork('interrupted');
    interrupted.child.kill('SIGINT');
    const { exitCode, stderr } = await interrupted.outcome;
    assert.equal(exitCode, 130);
    assert.doesNotMatch(stderr, /while cleaning up/);
    assert.deepEqual(scratch(), []);

    const killed = await atWork('killed');
    killed.child.kill('SIGKILL');
    await killed.outcome;
    const pidFile = join(drill.home, scratch()[0] ?? '', 'control', 'data', 'postmaster.pid');
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    process.kill(pid, 0); // it goes on by itself
    const next = await drill.run('db/commands/db-up.ts');
    assert.match(next.stderr, /removed the scratch clusters of a command that was killed/);
    assert.deepEqual(scratch(), []);
    assert.throws(() => process.kill(pid, 0), /ESRCH/);
  });
});
