import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../db/cli/errors.ts';
import { readResults } from './read-results.ts';

const fixture = fileURLToPath(new URL('./fixtures/results.json', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'optout-results-'));
after(() => rmSync(folder, { recursive: true }));

test('a real run is read, from its file and from its folder', () => {
  const results = readResults(fixture);
  assert.ok(results.designs.length > 0);
  writeFileSync(join(folder, 'results.json'), readFileSync(fixture));
  assert.deepEqual(readResults(folder), results);
});

test('another format version, a missing field, a cut file and no file are each refused in one line', () => {
  const text = JSON.stringify(JSON.parse(readFileSync(fixture, 'utf8')));
  const cases = [
    {
      content: text.replace('"formatVersion":1', '"formatVersion":99'),
      says: /newer than this lab/,
    },
    {
      content: text.replace('"formatVersion":1', '"formatVersion":0'),
      says: /run the bench again/,
    },
    {
      content: text.replace('"environment":', '"surroundings":'),
      says: /"environment" is missing/,
    },
    { content: text.slice(0, 2_000), says: /cannot read/ },
    { content: '{}', says: /has no formatVersion/ },
  ];
  for (const { content, says } of cases) {
    const file = join(folder, 'case.json');
    writeFileSync(file, content);
    assert.throws(
      () => readResults(file),
      (error: unknown) => error instanceof UserError && says.test(error.message),
    );
  }
  assert.throws(() => readResults(join(folder, 'nowhere.json')), /does not exist/);
});
