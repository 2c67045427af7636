import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../../db/cli/errors.ts';
import { projectDir } from '../../db/cli/project-dir.ts';
import { dataDirVariable } from '../../db/server/paths.ts';
import { type Drill, newDrill, skipDrills } from '../../db/testing/embedded-drill.ts';
import { freePort } from '../../db/testing/free-port.ts';
import { startCommandFile } from '../../db/testing/run-command-file.ts';

/** The files that package.json's scripts run, in their order. */
const commands = [
  ...new Set(
    Object.values(
      (
        JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as {
          scripts: Record<string, string>;
        }
      ).scripts,
    ).flatMap((script) => /^tsx (\S+)/.exec(script)?.[1] ?? []),
  ),
];

/** How each of them is tried: with these arguments, in this order. */
const runs: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'db/commands/db-up.ts': [[]],
  'db/commands/db-url.ts': [[]],
  'db/commands/db-down.ts': [[]],
  'db/commands/migrate-down.ts': [[]],
  'db/commands/migrate-up.ts': [[]],
  'seed/commands/seed.ts': [['--scale=2000'], ['--verify']],
  'bench/commands/bench.ts': [
    [
      '--scale=2000',
      '--designs=blocked_contacts',
      '--scenarios=insert-not-durable',
      '--max-seconds=1',
    ],
  ],
  'bench/commands/bench-coverage.ts': [
    ['--record=/dev/null', '--scale=2000', '--seconds=1'],
    ['--series=10'],
  ],
  'bench/commands/bench-roads.ts': [['--only=call']],
  'bench/commands/bench-rollout.ts': [['--scale=2000', '--rate=50', '--held=1', '--calm=1']],
  'bench/commands/bench-seed.ts': [['--scale=2000', '--pairs=1']],
  'bench/commands/bench-threshold.ts': [['--to=2,3']],
  'bench/commands/load.ts': [
    ['--duration=1', '--rate=100', '--clients=2'],
    ['--duration=1', '--rate=100', '--clients=2', '--json'],
  ],
  'bench/commands/test.ts': [['db/contract']],
  'db/commands/adopt.ts': [['db/adopt/examples/lab.json', '--inspect']],
  'db/commands/mutate.ts': [
    // of a design over the schema: only some of the schema's tests are run on it
    [
      '--designs=hash_beside_key',
      '--only=blocked_contacts_phone_hash_idx: index left out',
      '--histories=1',
      '--permutations=1',
    ],
  ],
  'seed/commands/db-drop.ts': [['no_such_database', '--yes']],
  'seed/commands/db-list.ts': [[]],
  'seed/commands/describe.ts': [['--from']],
  'db/commands/isolation.ts': [['--designs=blocked_contacts', '--permutations=1', '--histories=1']],
};

/** These refuse: the lab's own schema is there already, and no other may be adopted over it; there is no such database. */
const refuse = ['db/commands/adopt.ts', 'seed/commands/db-drop.ts'];

/** These print the URL as it is: that is what they are for. */
const printsUrl = ['db/commands/db-up.ts', 'db/commands/db-url.ts'];

/** These need no server, or start commands that are tried themselves. */
const untried = [
  'db/commands/new-design.ts',
  'bench/commands/check.ts',
  'bench/commands/check-links.ts',
  'bench/commands/check-sql.ts',
  'bench/commands/figures.ts',
  'bench/commands/schemas.ts',
  'bench/commands/report.ts',
  'bench/commands/compare.ts',
  'bench/commands/reference.ts',
  'bench/commands/bench-shapes.ts',
];

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

  it('is looked for in every command of package.json', () => {
    assert.deepEqual([...Object.keys(runs), ...untried].sort(), [...commands].sort());
  });

  const stopsTheServer = (file: string): boolean => file === 'db/commands/db-down.ts';
  const inTurn = [
    ...commands.filter((file) => !stopsTheServer(file)),
    ...commands.filter(stopsTheServer),
  ];
  for (const [file, args] of inTurn.flatMap((file) =>
    (runs[file] ?? []).map((args) => [file, args] as const),
  )) {
    it(`is in no output, report, log or process list of ${[file, ...args].join(' ')}`, async () => {
      const makesReports = /commands\/(bench|bench-rollout|load|mutate)\.ts/.test(file)
        ? [`--out=${out}`]
        : file.endsWith('describe.ts')
          ? [`--out=${join(drill.home, 'shape.json')}`]
          : [];
      const forPrograms = args.includes('--json') ? [`--junit=${join(out, 'verdicts.xml')}`] : [];
      const { child, outcome } = startCommandFile(
        file,
        [...args, ...makesReports, ...forPrograms],
        {
          env: { DATABASE_URL: url, [dataDirVariable]: drill.home },
        },
      );
      const shown: string[] = [];
      let looks = 0;
      for (; child.exitCode === null && child.signalCode === null; looks++) {
        if (processList().includes(password)) shown.push('the process list');
        await delay(100);
      }
      const { exitCode, stdout, stderr } = await outcome;
      assert.equal(exitCode, refuse.includes(file) ? 2 : 0, stderr);
      assert.ok(looks > 0);
      if (!printsUrl.includes(file) && stdout.includes(password)) shown.push('standard output');
      if (stderr.includes(password)) shown.push('standard error');
      assert.deepEqual([...new Set([...shown, ...drill.filesWith(password)])], []);
    });
  }
});

/** The command lines of all processes: ten times a second, so without a program to ask where it can be done. */
function processList(): string {
  if (process.platform !== 'linux') {
    return execFileSync('ps', ['-A', '-o', 'args'], { encoding: 'utf8', maxBuffer: 1024 ** 3 });
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLineOf)
    .join('\n');
}

/** What a process shows of itself; nothing where it has just ended. */
function commandLineOf(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').replaceAll('\0', ' ');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(codeOf(error) ?? '')) return '';
    throw error;
  }
}
