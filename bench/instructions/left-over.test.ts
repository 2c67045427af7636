import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isLiving } from '../../db/server/process-mark.ts';
import {
  type Drill,
  newDrill,
  skipDrills,
  until,
  untilSaid,
} from '../../db/testing/embedded-drill.ts';
import type { RunningCommand } from '../../db/testing/run-command-file.ts';
import { readResults } from '../results/read-results.ts';
import { countsExactly } from './count-instructions.ts';

const skip = skipDrills || (!countsExactly() && 'no valgrind on this machine');

describe('a bench that counts instructions', { skip }, () => {
  let drill: Drill;
  before(async () => {
    drill = newDrill();
    await drill.up(); // which the benches leave running
  });
  after(() => drill.remove());

  const flags = (run: string): readonly string[] => [
    '--scale=5000',
    '--designs=blocked_contacts',
    '--scenarios=insert-not-durable',
    '--max-seconds=1',
    '--instructions',
    `--out=${join(drill.home, 'reports')}`,
    `--run=${run}`,
  ];
  const scratch = (): readonly string[] =>
    readdirSync(drill.home).filter((name) => name.startsWith('scratch-'));
  /** The marks of the programs that count. */
  const counting = (): readonly string[] =>
    scratch().flatMap((name) => {
      const programs = join(drill.home, name, 'programs');
      return readdirSync(programs).map((pid) => readFileSync(join(programs, pid), 'utf8'));
    });

  /** A bench whose valgrind is at work. */
  async function whileCounting(run: string): Promise<RunningCommand> {
    const command = drill.start('bench/commands/bench.ts', ...flags(run));
    await untilSaid(command, /blocked_contacts: instructions/);
    await until('it counts', async () => {
      assert.equal(command.child.exitCode, null, 'it ended before');
      return counting().length === 2;
    });
    return command;
  }

  it('leaves nothing after Ctrl-C, and what a killed one left the next command removes', async () => {
    const interrupted = await whileCounting('interrupted');
    const first = counting();
    interrupted.child.kill('SIGINT');
    assert.equal((await interrupted.outcome).exitCode, 130);
    assert.deepEqual([scratch(), first.filter(isLiving)], [[], []]);

    const killed = await whileCounting('killed');
    const second = counting();
    killed.child.kill('SIGKILL');
    await killed.outcome;
    assert.equal(second.filter(isLiving).length, 2, 'valgrind goes on by itself');
    const next = await drill.run('db/commands/db-up.ts');
    assert.match(next.stderr, /removed the scratch clusters of a command that was killed/);
    assert.deepEqual([scratch(), second.filter(isLiving)], [[], []]);
  });

  it('goes on with a run that was interrupted, and its results have the counts', async () => {
    const { exitCode, stderr, stdout } = await drill.run(
      'bench/commands/bench.ts',
      ...flags('interrupted'),
      '--resume',
    );
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout.replace(/\s+/g, ' '), /counted: blocked_contacts adds [\d,]+ instructions/);
    const folder = join(drill.home, 'reports', 'interrupted');
    const { instructions } = readResults(folder);
    assert.equal(instructions?.state, 'counted');
    assert.ok(existsSync(join(folder, 'instructions.csv')));
    assert.deepEqual(scratch(), []);
  });
});
