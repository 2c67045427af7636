import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  changedJson,
  fuzzed,
  hostileJson,
  readOrRefused,
  typedText,
} from '../../../db/testing/fuzz.ts';
import { presetNames, readMix, validateMix } from './mix.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-mix-fuzz-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'mix.json');

describe('any mix', () => {
  it('is taken for one, or refused in one line', () => {
    const presets = presetNames().map((name) => readMix(name));
    const mix = fc.oneof(hostileJson(), ...presets.map((preset) => changedJson(preset)));
    fc.assert(
      fc.property(mix, (value) => {
        readOrRefused(() => validateMix(value));
      }),
      fuzzed(2_000),
    );
  });

  it('is read from any text of a file and any name', () => {
    const text = JSON.stringify(readMix('campaign'));
    const cut = fc.nat({ max: text.length }).map((length) => text.slice(0, length));
    fc.assert(
      fc.property(fc.oneof(cut, typedText()), typedText(), (content, name) => {
        writeFileSync(file, content);
        readOrRefused(() => readMix(file));
        readOrRefused(() => readMix(name));
      }),
      fuzzed(300),
    );
  });
});
