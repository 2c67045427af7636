import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { changedJson, fuzzed, hostileJson, readOrRefused, typedText } from '../testing/fuzz.ts';
import { exampleNames, exampleText } from './examples.ts';
import { adoptionFiles } from './files.ts';
import { readMapping } from './read-mapping.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-mapping-fuzz-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'mapping.json');

/** What is read has its files; what is not is refused in one line. */
function tried(text: string): void {
  writeFileSync(file, text);
  const mapping = readOrRefused(() => readMapping(file));
  if (mapping !== undefined) readOrRefused(() => adoptionFiles(mapping));
}

for (const name of exampleNames) {
  describe(`any mapping like ${name}`, () => {
    const text = exampleText(name);

    it('with a place changed has its files, or is refused in one line', () => {
      fc.assert(
        fc.property(
          fc.oneof({ weight: 4, arbitrary: changedJson(JSON.parse(text)) }, hostileJson()),
          (value) => tried(JSON.stringify(value)),
        ),
        fuzzed(60),
      );
    });

    it('that was cut off, or holds anything, is refused in one line', () => {
      const cut = fc.nat({ max: text.length }).map((length) => text.slice(0, length));
      fc.assert(fc.property(fc.oneof(cut, typedText()), tried), fuzzed(40));
    });
  });
}
