import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { projectDir } from '../../db/cli/project-dir.ts';
import {
  changedJson,
  fuzzed,
  hostileJson,
  readOrRefused,
  typedText,
} from '../../db/testing/fuzz.ts';
import { readLoad } from '../load/results/read-load.ts';
import { readResults } from './read-results.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-results-fuzz-'));
after(() => rmSync(folder, { recursive: true }));

const files = [
  {
    name: 'results.json',
    like: join(projectDir, 'bench/results/fixtures/results.json'),
    read: readResults,
  },
  {
    name: 'load.json',
    like: join(projectDir, 'reports/reference/load-campaign/load.json'),
    read: readLoad,
  },
];

for (const { name, like, read } of files) {
  describe(`any ${name}`, () => {
    const text = readFileSync(like, 'utf8');
    const original = JSON.parse(text) as { formatVersion: number };
    const file = join(folder, name);
    const tried = (content: string): void => {
      writeFileSync(file, content);
      readOrRefused(() => read(folder));
    };

    it('with a place changed, in any version, is read or refused in one line', () => {
      const changed = fc
        .tuple(changedJson(original), fc.constantFrom(undefined, 1, 2, 3, 4, '3', null, Number.NaN))
        .map(([value, formatVersion]) =>
          formatVersion === undefined || typeof value !== 'object' || value === null
            ? value
            : { ...value, formatVersion },
        );
      fc.assert(
        fc.property(fc.oneof({ weight: 4, arbitrary: changed }, hostileJson()), (value) => {
          tried(JSON.stringify(value));
        }),
        fuzzed(120),
      );
    });

    it('that was cut off, or holds anything, is refused in one line', () => {
      const cut = fc.nat({ max: text.length }).map((length) => text.slice(0, length));
      fc.assert(fc.property(fc.oneof(cut, typedText()), tried), fuzzed(100));
    });
  });
}
