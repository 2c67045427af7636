import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { defaultDesignName, designNamed, listDesigns } from './designs.ts';
import { fuzzed, readOrRefused, typedText } from './testing/fuzz.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-designs-fuzz-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'mine'));
const file = join(folder, 'mine', '42_mine.sql');
const text = readFileSync(
  new URL('01_blocked_contacts.sql', designNamed(defaultDesignName).folder),
  'utf8',
);
const lines = text.split('\n');

describe("a design's migration", () => {
  it('with any header is read, or refused in one line', () => {
    const changed = fc
      .array(
        fc.record({
          at: fc.nat({ max: lines.length - 1 }),
          line: fc.oneof(
            typedText(),
            fc
              .tuple(
                fc.constantFrom('title', 'idea', 'keeps', 'needs', 'cannot', 'order', 'costs'),
                typedText(),
              )
              .map(([key, value]) => `-- ${key}: ${value}`),
            fc.constantFrom(
              '-- migrate:down',
              '-- migrate:up',
              '-- keeps: ',
              '-- keeps:',
              "'",
              '\0',
            ),
          ),
        }),
        { maxLength: 3 },
      )
      .map((changes) => {
        const copy = [...lines];
        for (const { at, line } of changes) copy[at] = line;
        return copy.join('\n');
      });
    const cut = fc.nat({ max: text.length }).map((length) => text.slice(0, length));
    fc.assert(
      fc.property(fc.oneof(changed, cut, typedText()), (content) => {
        writeFileSync(file, content);
        readOrRefused(() => listDesigns(pathToFileURL(`${folder}/`)));
      }),
      fuzzed(500),
    );
  });
});
