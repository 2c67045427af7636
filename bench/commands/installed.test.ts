import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, it } from 'node:test';
import { buildVariable } from '../../db/cli/command-file.ts';
import { asTyped } from '../../db/cli/command-line.ts';
import { projectDir } from '../../db/cli/project-dir.ts';
import { dataDirVariable } from '../../db/server/paths.ts';
import { syntheticResults, writeSyntheticRun } from '../report/testing/synthetic-results.ts';

/*
 * The lab as `npm pack` makes it, in an empty folder, with the packages that an installation without
 * those for development has, and no others.
 */
const folder = mkdtempSync(join(tmpdir(), 'optout-lab-installed-'));
const packages = join(folder, 'node_modules');
const home = join(packages, 'opt-out-check-lab');

before(() => {
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: projectDir,
    encoding: 'utf8',
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', home, '--strip-components=1']);
  for (const name of installedPackages()) {
    const place = join(packages, name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(projectDir, 'node_modules', name), place);
  }
});
after(() => rmSync(folder, { recursive: true }));

/** What package.json's dependencies need, theirs included, and what is optional where it is there. */
function installedPackages(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(projectDir, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, { dev?: boolean }>>;
  };
  return Object.entries(lock.packages)
    .filter(([place, { dev }]) => dev !== true && /^node_modules\/(@[^/]+\/)?[^/]+$/.test(place))
    .map(([place]) => place.replace('node_modules/', ''))
    .filter((name) => existsSync(join(projectDir, 'node_modules', name)));
}

const lab = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(home, 'bin', 'opt-out-check-lab.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, [buildVariable]: undefined },
  });

it('names its commands, only such as it has, and refuses another with exit code 2', () => {
  const { status, stdout } = lab('--help');
  assert.equal(status, 0);
  for (const name of ['bench', 'seed:large', 'adopt', 'load'])
    assert.match(stdout, new RegExp(` ${name}[,;]`));
  for (const name of ['check', 'new:design', 'schemas'])
    assert.doesNotMatch(stdout, new RegExp(` ${name}[,;]`));
  const wrong = lab('bensch');
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /^error: there is no command bensch[^\n]*\n$/);
});

it('answers every command’s --help, so nothing for development is missing', () => {
  const commands = /one of ([^;]+);/.exec(lab('--help').stdout)?.[1]?.split(', ') ?? [];
  assert.ok(commands.length > 12);
  for (const name of commands) {
    const { status, stderr } = lab(name, '--help');
    assert.equal(status, 0, `${name}: ${stderr}`);
  }
});

it('finds runs in the folder where it is called, and makes their reports there', () => {
  writeSyntheticRun(join(folder, 'reports', 'one'), syntheticResults());
  const { status, stdout, stderr } = lab('report', 'one', '--json');
  assert.equal(status, 0, stderr);
  assert.equal(JSON.parse(stdout).format, 'opt-out-check-lab run');
  assert.ok(existsSync(join(folder, 'reports', 'one', 'index.html')));
  const missing = lab('report', 'two');
  assert.equal(missing.status, 2);
});

it('keeps its server’s data in the folder where it is called', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(home, 'bin', 'opt-out-check-lab.js'), 'db:url'],
    {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        NODE_TEST_CONTEXT: undefined,
        DATABASE_URL: undefined,
        [dataDirVariable]: undefined,
      },
    },
  );
  assert.equal(status, 2);
  assert.match(stderr, /npx opt-out-check-lab db:up/);
});

it('names its commands as they are typed there', () => {
  assert.equal(
    asTyped('run: npm run bench -- --quick, or npm run -s db:up', true),
    'run: npx opt-out-check-lab bench --quick, or npx opt-out-check-lab db:up',
  );
  assert.equal(asTyped('npm run bench -- --quick', false), 'npm run bench -- --quick');
});
