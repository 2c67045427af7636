import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { projectDir } from '../../db/cli/project-dir.ts';
import { sourceFiles } from '../../db/testing/build.ts';

const tests = sourceFiles().filter((file) => file.endsWith('.test.ts'));
const documentOf = (name: string): string => readFileSync(join(projectDir, 'docs', name), 'utf8');

/** What stands between backticks. */
const codeIn = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** That npm test finds a file by each of the words, as it looks for them. */
function expectTests(words: readonly string[], where: string): void {
  for (const word of words) {
    assert.ok(
      tests.some((file) => file.includes(word)),
      `${word}: ${where}`,
    );
  }
}

it('every fault of docs/faults.md names tests that npm test finds by its words', () => {
  const faults = documentOf('faults.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .slice(1);
  assert.ok(faults.length > 30, `${faults.length} faults`);
  for (const fault of faults) {
    const words = codeIn(fault.split('|').at(-2) ?? '');
    assert.ok(words.length > 0, fault);
    expectTests(words, fault);
  }
});

it('so do the tests that are named because they need something', () => {
  for (const name of ['faults.md', 'commands.md']) {
    const paragraph = documentOf(name)
      .split('\n')
      .find((line) => line.includes('Tests that need something the machine does not have'));
    const words = codeIn(paragraph ?? '').filter((code) => code.includes('/'));
    assert.ok(words.length > 4, `${name}: ${words}`);
    expectTests(words, name);
  }
});
