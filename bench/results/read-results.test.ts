import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../db/cli/errors.ts';
import { readResults } from './read-results.ts';

const fixture = fileURLToPath(new URL('./fixtures/results.json', import.meta.url));
const reference = fileURLToPath(new URL('../../reports/reference', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'optout-results-'));
after(() => rmSync(folder, { recursive: true }));

it('a real run is read, from its file and from its folder', () => {
  const results = readResults(fixture);
  assert.ok(results.designs.length > 0);
  writeFileSync(join(folder, 'results.json'), readFileSync(fixture));
  assert.deepEqual(readResults(folder), results);
});

/** The medians of pairs of blocks of version 1: with the check, without. */
function pairsOf(blocks: readonly { pair: number; arm: string; medianNs: number }[]) {
  const pairs = [...new Set(blocks.map(({ pair }) => pair))];
  return pairs.map((pair) =>
    ['check', 'control'].map(
      (arm) => blocks.find((block) => block.pair === pair && block.arm === arm)?.medianNs,
    ),
  );
}

it('a run of format version 1 is read in the words of the newest, with the same figures', () => {
  const older = JSON.parse(readFileSync(fixture, 'utf8'));
  const results = readResults(fixture);
  assert.equal(older.formatVersion, 1);
  assert.equal(results.formatVersion, 3);
  assert.deepEqual(
    results.designs.map(({ behaviours }) => behaviours),
    older.designs.map((design: { checks: unknown }) => design.checks),
  );
  const arms = (list: readonly { arm: string }[]): string[] => list.map(({ arm }) => arm);
  const scenario = results.designs[0]?.scenarios[0];
  const olderScenario = older.designs[0].scenarios[0];
  assert.equal(scenario?.method, 'blocks');
  assert.deepEqual(
    scenario?.slices.map(({ control, treatment }) => [treatment?.medianNs, control?.medianNs]),
    pairsOf(olderScenario.blocks),
  );
  assert.deepEqual(scenario?.paired, {
    ...olderScenario.paired,
    sessions: olderScenario.paired.pairs,
  });
  assert.ok(arms(scenario?.arms ?? []).includes('treatment'));
  const { median, ...range } = older.floor.nsPerProbe;
  assert.deepEqual(results.indexProbe, {
    ...older.floor,
    nsPerProbe: { value: median, ...range },
  });
});

it('of an older run, scenarios say what they insert, and what had no plan has no summary', () => {
  const results = readResults(reference);
  const kinds = results.designs.flatMap(({ scenarios }) =>
    scenarios.map(({ name, kind }) => `${name}: ${kind}`),
  );
  assert.deepEqual(
    [...new Set(kinds)],
    [
      'insert-durable: send',
      'insert-not-durable: send',
      'bulk-1000: send',
      'refused: send',
      'report-blocking: report',
    ],
  );
  const timedOut = results.plans.filter(({ failed }) => failed !== undefined);
  assert.ok(timedOut.length > 0);
  assert.deepEqual(
    timedOut.flatMap(({ summary }) => summary ?? []),
    [],
  );
  assert.ok(
    results.plans.every(({ summary }) => summary === undefined || summary.nodes.length > 0),
  );
  const scanning = results.designs.find(({ name }) => name === 'reports_join');
  assert.ok(scanning?.serverSide !== undefined && !('buffersPerCheck' in scanning.serverSide));
  const pages = results.sweep.map(
    ({ designs }) => designs.find(({ name }) => name === 'reports_join')?.buffersPerCheck,
  );
  assert.equal(pages.at(-1), undefined);
  assert.ok(Number(pages[0]) > 0);
});

it('another format version, a missing field, a cut file and no file are each refused in one line', () => {
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
    {
      content: text.replace('"formatVersion":1', '"formatVersion":1,"madeBy":"hand"'),
      says: /"madeBy" is not known$/,
    },
    { content: '{}', says: /has no formatVersion/ },
  ];
  for (const { content, says } of cases) {
    const file = join(folder, 'case.json');
    writeFileSync(file, content);
    assert.throws(
      () => readResults(file),
      (error: unknown) =>
        error instanceof UserError && says.test(error.message) && !error.message.includes('\n'),
    );
  }
  assert.throws(() => readResults(join(folder, 'nowhere.json')), /does not exist/);
});
