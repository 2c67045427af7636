import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Drill, newDrill, skipDrills } from '../../db/testing/embedded-drill.ts';
import { freePort } from '../../db/testing/free-port.ts';
import { startCommandFile } from '../../db/testing/run-command-file.ts';

/* Every command that connects, with a password in its DATABASE_URL: nobody else gets to see it. */
describe('the password of DATABASE_URL', { skip: skipDrills }, () => {
  let drill: Drill;
  let url: string;
  let password: string;
  let out: string;
  before(async () => {
    drill = newDrill();
    const port = await freePort();
    const up = await drill.run('db/commands/db-up.ts', `--tcp-port=${port}`);
    assert.equal(up.exitCode, 0, up.stderr);
    url = (await drill.run('db/commands/db-url.ts', '--tcp')).stdout.trim();
    ({ password } = new URL(url));
    assert.ok(password.length > 20);
    out = join(drill.home, 'reports');
  });
  after(() => drill.remove());

  const runs: readonly (readonly [string, ...string[]])[] = [
    ['db/commands/migrate-down.ts'],
    ['db/commands/migrate-up.ts'],
    ['seed/commands/seed.ts', '--scale=2000'],
    ['seed/commands/seed.ts', '--verify'],
    [
      'bench/commands/bench.ts',
      '--scale=2000',
      '--designs=blocked_contacts',
      '--scenarios=insert-not-durable',
      '--max-seconds=1',
    ],
    ['bench/commands/load.ts', '--duration=1', '--rate=100', '--clients=2'],
    ['db/commands/isolation.ts', '--designs=blocked_contacts', '--permutations=1', '--histories=1'],
  ];
  for (const [file, ...args] of runs) {
    it(`is in no output, report, log or process list of ${[file, ...args].join(' ')}`, async () => {
      const makesReports = /bench\/commands/.test(file) ? [`--out=${out}`] : [];
      const { child, outcome } = startCommandFile(file, [...args, ...makesReports], {
        env: { DATABASE_URL: url },
      });
      const shown: string[] = [];
      let looks = 0;
      for (; child.exitCode === null && child.signalCode === null; looks++) {
        if (processList().includes(password)) shown.push('the process list');
        await delay(100);
      }
      const { exitCode, stdout, stderr } = await outcome;
      assert.equal(exitCode, 0, stderr);
      assert.ok(looks > 0);
      if (stdout.includes(password)) shown.push('standard output');
      if (stderr.includes(password)) shown.push('standard error');
      assert.deepEqual([...new Set([...shown, ...drill.filesWith(password)])], []);
    });
  }
});

/** The command lines of all processes. */
function processList(): string {
  return execFileSync('ps', ['-A', '-o', 'args'], { encoding: 'utf8', maxBuffer: 1024 ** 3 });
}
