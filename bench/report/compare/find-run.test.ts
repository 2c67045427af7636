import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, it } from 'node:test';
import { UserError } from '../../../db/cli/errors.ts';
import { findRun } from './find-run.ts';

const reports = mkdtempSync(join(tmpdir(), 'optout-find-run-'));
after(() => rmSync(reports, { recursive: true }));

const files = ['a/results.json', 'e/load.json', 'a/ramp/load.json', 'f/unfinished.jsonl'];
for (const file of [...files, 'a/half/unfinished.jsonl']) {
  mkdirSync(join(reports, file, '..'), { recursive: true });
  writeFileSync(join(reports, file), '');
}

function refusal(name: string): string {
  try {
    return findRun(name, reports);
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error.message;
  }
}

it('a run is found by its name and by its path', () => {
  assert.equal(findRun('a', reports), join(reports, 'a'));
  assert.equal(findRun(join(reports, 'a'), reports), join(reports, 'a'));
});

it('a load is said to be one, and not taken for the nearest run', () => {
  assert.equal(refusal('e'), '"e" is a load, not a bench run: compare takes two of a kind');
  assert.equal(
    refusal('a/ramp'),
    '"a/ramp" is a load, not a bench run: compare takes two of a kind',
  );
  assert.match(refusal('b'), /no run "b": did you mean "a"\?/);
});

it('an unfinished run is said to be one, with the flags that go on with it', () => {
  const goOn = 'go on with npm run bench --';
  assert.equal(refusal('f'), `"f" is unfinished: ${goOn} --run f --resume`);
  const out = relative(process.cwd(), join(reports, 'a'));
  assert.equal(
    refusal('a/half'),
    `"a/half" is unfinished: ${goOn} --out ${out} --run half --resume`,
  );
  mkdirSync(join(reports, 'two words', 'half'), { recursive: true });
  writeFileSync(join(reports, 'two words', 'half', 'unfinished.jsonl'), '');
  assert.match(refusal('two words/half'), / --out '[^']*two words' --run half --resume$/);
  rmSync(join(reports, 'two words'), { recursive: true });
});
