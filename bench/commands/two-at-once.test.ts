import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { projectDir } from '../../db/cli/project-dir.ts';
import { connect } from '../../db/connection/connect.ts';
import { itemAt } from '../../db/item-at.ts';
import {
  assertIntact,
  type Drill,
  newDrill,
  skipDrills,
  until,
  untilSaid,
} from '../../db/testing/embedded-drill.ts';
import type { CommandOutcome, RunningCommand } from '../../db/testing/run-command-file.ts';
import { holdBefore, letGo } from '../../seed/testing/hold.ts';

/*
 * Two commands at once on one database and one data folder, of every pair of kinds: each does its work, waits
 * its turn, or is refused in one line that says why. Nothing is half done afterwards.
 */

/** The scripts of package.json that use the database, with flags that make each short. */
const kinds = {
  seed: ['--scale', '6000', '--replace'],
  bench: ['--scale', '5000', '--designs=blocked_contacts', '--scenarios=insert-not-durable'],
  load: ['--rate', '50', '--duration', '1', '--clients', '2', '--drain', '600'],
  'bench:threshold': ['--to', '4,3'],
  'migrate:up': [],
  'migrate:down': ['--drop-rows'],
  'db:down': [],
  report: [],
  adopt: [],
  prove: ['--designs', 'blocked_contacts', '--histories', '2', '--permutations', '1'],
} as const;
type Kind = keyof typeof kinds;

/** Those that are not tried: why. */
const others: Readonly<Record<string, string>> = {
  'db:up': 'starts the server as every command does, and nothing more',
  'db:url': 'reads a file',
  'seed:large': 'is seed',
  'bench:coverage': 'is a bench',
  'bench:roads': 'has clusters of its own',
  'bench:rollout': 'has a database of its own',
  'bench:seed': 'has databases of its own',
  'bench:shapes': 'is a bench in databases of its own',
  mutate: 'has databases of its own',
  describe: 'reads, and locks nothing',
  'db:list': 'reads, and locks nothing',
  'db:drop': 'drops other databases than this one',
  test: 'has a server of its own',
  check: 'uses no database',
  'check:lint': 'uses no database',
  'check:types': 'uses no database',
  'check:sql': 'uses no database',
  'check:links': 'uses no database',
  'check:figures': 'uses no database',
  figures: 'uses no database',
  schemas: 'uses no database',
  'build:wasm': 'uses no database',
  format: 'uses no database',
  compare: 'uses no database',
  'new:design': 'uses no database',
  reference: 'runs the others, one after the other',
};

const scripts: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(projectDir, 'package.json'), 'utf8'),
).scripts;

function fileOf(kind: Kind): string {
  const file = scripts[kind]?.split(' ').find((word) => word.endsWith('.ts'));
  assert.ok(file !== undefined, `${kind} is no script`);
  return file;
}

it('every script of package.json is one of the kinds, or has a reason why not', () => {
  const known = [...Object.keys(kinds), ...Object.keys(others)];
  assert.deepEqual(Object.keys(scripts).sort(), known.sort());
});

/** What a command may say that is refused because of another one. */
const reasons: readonly RegExp[] = [
  /is at work in (this|the) database/,
  /another command is using the server/,
  /migrate:down has taken the schema back meanwhile/,
  /another command is applying migrations/,
];

/** What some may say besides, with no other command at work. */
const ownReasons: Partial<Record<Kind, readonly RegExp[]>> = {
  adopt: [/which is not of this mapping/, /cannot connect to/], // it starts no server
  'bench:threshold': [/there is no data set to measure on/],
};

function assertDoneOrRefused(kind: Kind, { exitCode, stderr, stdout }: CommandOutcome): void {
  if (exitCode === 0) return;
  assert.equal(exitCode, 2, `${kind}: ${stderr}${stdout}`);
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  assert.match(last, /^error: /, `${kind}: ${stderr}`);
  const own = ownReasons[kind] ?? [];
  assert.ok(
    [...reasons, ...own].some((reason) => reason.test(last)),
    `${kind}: ${stderr}`,
  );
}

describe('two commands at once', { skip: skipDrills }, () => {
  let drill: Drill;
  let url: string;
  let made = 0;

  before(async () => {
    drill = newDrill();
    url = await drill.up();
    const seeded = await drill.run(fileOf('seed'), '--scale', '5000');
    assert.equal(seeded.exitCode, 0, seeded.stderr);
    const load = await drill.run(fileOf('load'), ...argsOf('load', 'to-report'));
    assert.equal(load.exitCode, 0, load.stderr);
  });
  after(() => drill.remove());

  const reports = (): string => join(drill.home, 'reports');
  function argsOf(kind: Kind, run = `run-${++made}`): readonly string[] {
    if (kind === 'report') return [join(reports(), 'to-report')];
    if (kind === 'adopt') return [join(projectDir, 'db/adopt/examples/lab.json'), '--inspect', url];
    const out = kind === 'load' || kind === 'bench' ? ['--out', reports(), '--run', run] : [];
    return [...kinds[kind], ...out];
  }
  const run = (kind: Kind): Promise<CommandOutcome> => drill.run(fileOf(kind), ...argsOf(kind));

  /** Commands that are at work for as long as a test wants. */
  const held: Partial<Record<Kind, () => Promise<{ readonly end: () => Promise<void> }>>> = {
    async seed() {
      const client = await connect(url);
      await holdBefore(client, 'copy outbound_messages');
      const running = drill.start(fileOf('seed'), '--scale', '5000', '--replace');
      await until('the seed is in the middle of a table', async () => {
        assert.equal(running.child.exitCode, null, 'it ended before');
        const { rows } = await client.query(
          `select from pg_locks where locktype = 'advisory' and not granted and objid = 77`,
        );
        return rows.length > 0;
      });
      return {
        async end() {
          await letGo(client);
          await client.end();
          const { exitCode, stderr } = await running.outcome;
          assert.equal(exitCode, 0, stderr);
        },
      };
    },
    async bench() {
      const running = drill.start(fileOf('bench'), ...argsOf('bench'), '--max-seconds=3600');
      await untilSaid(running, /insert-not-durable/);
      return interrupting(running);
    },
    async load() {
      const running = drill.start(fileOf('load'), ...argsOf('load'), '--duration', '1h');
      const client = await connect(url);
      await until('the load is at work', async () => {
        assert.equal(running.child.exitCode, null, 'it ended before');
        const { rows } = await client.query(
          `select from pg_stat_activity where application_name = 'optout-lab load'`,
        );
        return rows.length > 0;
      });
      await client.end();
      return interrupting(running);
    },
  };

  function interrupting(running: RunningCommand): { readonly end: () => Promise<void> } {
    return {
      async end() {
        running.child.kill('SIGINT');
        const { exitCode, stderr } = await running.outcome;
        assert.equal(exitCode, 130, stderr);
      },
    };
  }

  /** What must be refused beside each of those. */
  const refused: readonly Kind[] = [
    'seed',
    'bench',
    'load',
    'bench:threshold',
    'migrate:down',
    'db:down',
  ];
  for (const [first, hold] of Object.entries(held)) {
    it(`${first} and any other: what would change its tables is refused, the rest does its work`, async () => {
      const { end } = await hold();
      const all = Object.keys(kinds) as Kind[];
      const outcomes = await Promise.all(all.map(run));
      await end();
      for (const [index, kind] of all.entries()) {
        const outcome = itemAt(outcomes, index);
        assertDoneOrRefused(kind, outcome);
        if (kind === 'adopt') continue; // it reads, and finds the lab's own schema in its way
        assert.equal(
          outcome.exitCode,
          refused.includes(kind) ? 2 : 0,
          `${kind}: ${outcome.stderr}`,
        );
      }
      await assertIntact(url);
      const verified = await drill.run(fileOf('seed'), '--scale', '5000', '--verify');
      assert.equal(verified.exitCode, 0, verified.stdout + verified.stderr);
    });
  }

  const quick: readonly Kind[] = ['bench:threshold', 'migrate:up', 'migrate:down', 'db:down'];
  const readers: readonly Kind[] = ['report', 'adopt', 'prove'];
  const begunTogether = [
    ...quick.flatMap((first, index) => quick.slice(index).map((second) => [first, second])),
    ...quick.map((one) => [one, ...readers]),
  ];
  for (const together of begunTogether) {
    it(`${together.join(' and ')}, begun at the same moment`, async () => {
      await drill.up();
      const again = await drill.run(fileOf('seed'), '--scale', '5000');
      assert.equal(again.exitCode, 0, again.stderr);
      const outcomes = await Promise.all(together.map(run));
      for (const [index, kind] of together.entries()) {
        assertDoneOrRefused(kind, itemAt(outcomes, index));
      }
      await drill.up(); // where db:down was first
      await assertIntact(url);
    });
  }
});
