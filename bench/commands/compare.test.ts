import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { syntheticResults } from '../report/testing/synthetic-results.ts';
import type { Results } from '../results/results.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-compare-'));
after(() => rmSync(folder, { recursive: true }));

const kept = (name: string, results: Results): string => {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'results.json'), JSON.stringify(results));
  return join(folder, name);
};
const run = syntheticResults();
const before = kept('before', run);
const fewer = kept('fewer', { ...run, designs: run.designs.slice(0, 1) });

const compare = (...args: readonly string[]) =>
  runCommandFile('bench/commands/compare.ts', args, { env: {} });

it('ends with 0 where nothing is slower or missing, and where nobody asked for a limit', async () => {
  assert.equal((await compare(before, before, '--fail-on', '5%')).exitCode, 0);
  const { exitCode, stdout } = await compare(before, fewer);
  assert.equal(exitCode, 0);
  assert.match(stdout, /missing\s+from\s+the\s+later\s+one/);
});

it('ends with 1 and one line where a figure is missing or a scenario was not judged', async () => {
  const missing = await compare(before, fewer, '--fail-on', '5%');
  assert.equal(missing.exitCode, 1);
  assert.match(missing.stderr, /^error: the later run lacks [^\n]*\n$/);
  const required = await compare(before, before, '--require', 'no-such', '--require', 'nor-this');
  assert.equal(required.exitCode, 1);
  assert.equal(required.stderr, 'error: no-such was not judged; nor-this was not judged\n');
});

it('ends with 2 where a run has no figure of the kind that a limit names', async () => {
  const { exitCode, stderr } = await compare(before, before, '--fail-on', 'instructions=1%');
  assert.equal(exitCode, 2);
  assert.match(
    stderr,
    /^error: \S+ has no instructions: npm run bench -- --instructions counts them\n$/,
  );
});

it('prints JSON alone with --json, and writes as JUnit what the limits ask', async () => {
  const junit = join(folder, 'gate.xml');
  const { exitCode, stdout } = await compare(
    ...[before, fewer, '--fail-on', '5%', '--json', '--junit', junit],
  );
  assert.equal(exitCode, 1);
  const { failures, comparable } = JSON.parse(stdout);
  assert.equal(comparable, true);
  assert.match(failures[0], /^the later run lacks/);
  assert.match(
    readFileSync(junit, 'utf8'),
    /tests="1" failures="1"[\s\S]*<failure message="the later run lacks/,
  );
});
