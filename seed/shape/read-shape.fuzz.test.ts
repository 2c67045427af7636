import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { validateMix } from '../../bench/load/workload/mix.ts';
import { mixOfShape } from '../../bench/load/workload/shape-mix.ts';
import {
  changedJson,
  fuzzed,
  hostileJson,
  readOrRefused,
  typedText,
} from '../../db/testing/fuzz.ts';
import { createDataSet, defaultDataSet } from '../data-set/data-set.ts';
import { shapedTileMessages } from '../data-set/data-set-shape.ts';
import { presetShapes, readShape } from './read-shape.ts';
import { wantedShape } from './wanted-shape.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-shape-fuzz-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'shape.json');

const messages = shapedTileMessages;

/** What is read gives a data set that adds up, and a mix that a load takes; what is not is refused in one line. */
function tried(text: string): void {
  writeFileSync(file, text);
  const shape = readOrRefused(() => readShape(file));
  if (shape === undefined) return;
  const wanted = readOrRefused(() => wantedShape(file, messages, () => {}));
  assert.ok(wanted !== undefined, 'what was read is followed');
  assertFinite(wanted.dataSet);
  const { rowCounts, contactCount } = createDataSet({
    ...defaultDataSet,
    messages,
    shape: wanted.dataSet,
  });
  for (const [table, rows] of Object.entries(rowCounts)) {
    assert.ok(Number.isSafeInteger(rows) && rows >= 0, `${rows} rows of ${table}`);
  }
  assert.ok(contactCount > 0 && contactCount <= messages, `${contactCount} contacts`);
  assert.ok(rowCounts.delivery_reports <= messages, 'one report a message at most');
  validateMix(mixOfShape(shape));
}

function assertFinite(value: unknown): void {
  if (typeof value === 'number') assert.ok(Number.isFinite(value), `${value} in a data set`);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(assertFinite);
}

/** Figures that a hand may have written. */
const figures = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -1, 1, 2, 1e-9, 1e9, 1e308, -1e308, 5e-324),
);

for (const name of presetShapes) {
  describe(`any shape like ${name}`, () => {
    const text = readFileSync(new URL(`./shapes/${name}.json`, import.meta.url), 'utf8');
    const json: unknown = JSON.parse(text);

    it('with a place changed has its data set and its load, or is refused in one line', () => {
      fc.assert(
        fc.property(
          fc.oneof(
            { weight: 4, arbitrary: changedJson(json, figures) },
            { weight: 2, arbitrary: changedJson(json) },
            hostileJson(),
          ),
          (value) => tried(JSON.stringify(value)),
        ),
        fuzzed(40),
      );
    });

    it('that was cut off, or holds anything, is refused in one line', () => {
      const cut = fc.nat({ max: text.length }).map((length) => text.slice(0, length));
      fc.assert(fc.property(fc.oneof(cut, typedText()), tried), fuzzed(40));
    });
  });
}
