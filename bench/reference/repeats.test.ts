import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { UserError } from '../../db/cli/errors.ts';
import { type RunJson, runJson } from '../report/programs/run-json.ts';
import { syntheticResults, writeSyntheticRun } from '../report/testing/synthetic-results.ts';
import { changedPlaces, readRepeats, repeatedFigures } from './repeats.ts';
import { repeatsMarkdown, repeatsSummary } from './repeats-table.ts';

type Ratio = readonly [value: number, halfWidth: number];

/** A run with one scenario, in which each design has a ratio or none. */
function run(ratios: Readonly<Record<string, Ratio | undefined>>): RunJson {
  const [design] = runJson(syntheticResults()).designs;
  const figure = design?.figures[0];
  assert.ok(design !== undefined && figure !== undefined);
  const { ratio: _, addedNsPerRow: __, ...bare } = figure;
  return {
    ...runJson(syntheticResults()),
    designs: Object.entries(ratios).map(([name, ratio]) => ({
      ...design,
      name,
      figures: [
        {
          ...{ ...bare, scenario: 'one' },
          ...(ratio && { ratio: around(ratio) }),
        },
      ],
    })),
  };
}

function around([value, halfWidth]: Ratio) {
  return { value, low: value - halfWidth, high: value + halfWidth };
}

const of = (runs: readonly RunJson[], floor = 0) => ({
  title: '10M messages',
  names: runs.map((_, index) => `repeat-${index + 1}`),
  runs,
  floor: () => floor,
});

describe('figures of several runs', () => {
  it('agree where one value lies within all their intervals', () => {
    const agree = (...ratios: readonly Ratio[]) =>
      repeatedFigures(of(ratios.map((ratio) => run({ a: ratio })))).map((one) => one.agree);
    assert.deepEqual(agree([1.2, 0.02], [1.23, 0.02]), [true]);
    assert.deepEqual(agree([1.2, 0.02], [1.25, 0.02]), [false]);
    assert.deepEqual(agree([1.2, 0.02], [1.22, 0.02], [1.25, 0.02]), [false]);
  });

  it('are allowed what the method found where 1 is true', () => {
    const runs = [run({ a: [1.2, 0.02] }), run({ a: [1.25, 0.02] })];
    assert.equal(repeatedFigures(of(runs, 0.001))[0]?.agree, false);
    assert.equal(repeatedFigures(of(runs, 0.01))[0]?.agree, true);
  });

  it('have the largest over the smallest, and are none where fewer than two runs have one', () => {
    const runs = [
      run({ a: [1.2, 0.1], b: [1, 0.1] }),
      run({ a: [1.5, 0.4], b: undefined }),
      run({}),
    ];
    const [only, ...more] = repeatedFigures(of(runs));
    assert.deepEqual(more, []);
    assert.equal(only?.design, 'a');
    assert.equal(only?.spread, 1.25);
    assert.deepEqual(
      only?.ratios.map((ratio) => ratio?.value),
      [1.2, 1.5, undefined],
    );
  });
});

it('designs change places only where each order is told apart by a run', () => {
  const apart = run({ a: [1.1, 0.01], b: [1.3, 0.01], c: [1.31, 0.01] });
  const turned = run({ a: [1.3, 0.01], b: [1.1, 0.01], c: [1.09, 0.01] });
  const unclear = run({ a: [1.2, 0.1], b: [1.1, 0.1], c: [1.1, 0.1] });
  assert.deepEqual(changedPlaces(of([apart, unclear])), []);
  assert.deepEqual(changedPlaces(of([apart, unclear, turned])), [
    { scenario: 'one', designs: ['a', 'b'] },
    { scenario: 'one', designs: ['a', 'c'] },
  ]);
});

it('the summary counts what disagrees and shows it; the page has every figure', () => {
  const all = [
    of([
      run({ a: [1.2, 0.02], b: [1.1, 0.02] }),
      run({ a: [1.3, 0.02], b: [1.1, 0.02] }),
      run({ a: [1.2, 0.02], b: undefined }),
    ]),
  ];
  const summary = repeatsSummary(all);
  assert.match(summary, /### 10M messages: repeat-1, repeat-2 and repeat-3/);
  assert.match(summary, /\| one \| 2 \| 0\.017 \| 1\.042 \| 1\.083 \| 1 \|/);
  assert.match(summary, /Of 2 figures the runs disagree on 1; on 0 of them the machine was slower/);
  assert.match(summary, /\| a \| one \|.*\| 1\.083 \| 1\.00 \| disagree \|/);
  assert.doesNotMatch(summary, /\| b \| one \|/);
  assert.match(summary, /No two designs change places/);
  assert.match(repeatsMarkdown(all), /\| b \| one \|.*\| {2}\| 1\.000 \| 1\.00 \| {2}\|/);
  const alike = of([run({ a: [1.2, 0.02] }), run({ a: [1.2, 0.02] })]);
  assert.match(repeatsSummary([alike]), /No figure of one run is outside/);
});

it('where runs disagree, it is told of how many the machine was slower in one run', () => {
  const fast = run({ a: [1.2, 0.02], b: [1.1, 0.02] });
  const slow = run({ a: [1.3, 0.02], b: [1.2, 0.02] });
  const slowerBy = (times: number): RunJson => ({
    ...slow,
    designs: slow.designs.map((design) => ({
      ...design,
      figures: design.figures.map((figure) => ({
        ...figure,
        ...(design.name === 'a' && { baselineNs: (figure.baselineNs ?? Number.NaN) * times }),
      })),
    })),
  });
  const summary = (times: number): string => repeatsSummary([of([fast, slowerBy(times)])]);
  assert.match(summary(1.5), /disagree on 2; on 1 of them the machine was slower in one run/);
  assert.match(summary(1.5), /\| a \| one \|.*\| 1\.083 \| 1\.50 \| disagree \|/);
  assert.match(summary(1.2), /disagree on 2; on 0 of them/);
});

it('runs of before they said how long it took without the check say nothing of the machine', () => {
  const without = ({ designs, ...rest }: RunJson): RunJson => ({
    ...rest,
    designs: designs.map((design) => ({
      ...design,
      figures: design.figures.map(({ baselineNs: _, ...figure }) => figure),
    })),
  });
  const summary = repeatsSummary([of([without(run({ a: [1.2, 0.02] })), run({ a: [1.3, 0.02] })])]);
  assert.match(summary, /the runs disagree on 1:/);
  assert.match(summary, /\| 1\.083 \| {2}\| disagree \|/);
});

describe('what a reference measured more than once', () => {
  const part = { title: '', command: '', startedAt: '', seconds: 1, commit: '' };
  const inFolder = (check: (folder: string) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), 'optout-repeats-'));
    try {
      writeSyntheticRun(folder, syntheticResults({ sweep: [] }));
      writeSyntheticRun(join(folder, 'scenarios'), syntheticResults({ seed: 8 }));
      mkdirSync(join(folder, 'output'));
      check(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const write = (folder: string, name: string, text: string): void =>
    writeFileSync(join(folder, 'output', `${name}.txt`), text);

  it('is what the repeats printed, and the bench beside the parts that time its designs again', () =>
    inFolder((folder) => {
      for (const name of ['repeat-1', 'repeat-2', 'scenarios-again']) {
        write(folder, name, JSON.stringify(runJson(syntheticResults({ seed: 9 }))));
      }
      const names = ['bench', 'repeat-1', 'scenarios', 'repeat-2', 'scenarios-again'];
      const parts = names.map((name) => ({
        ...part,
        name,
      }));
      assert.deepEqual(
        readRepeats(folder, parts).map(({ title, names }) => [title, names]),
        [
          ['1M messages', ['repeat-1', 'repeat-2']],
          ['1M messages', ['bench', 'scenarios', 'scenarios-again']],
        ],
      );
      assert.deepEqual(readRepeats(folder, []), [], 'of parts that have not ended, nothing');
    }));

  it('is refused where a part printed something else', () =>
    inFolder((folder) => {
      write(folder, 'repeat-1', '{}');
      assert.throws(
        () => readRepeats(folder, [{ ...part, name: 'repeat-1' }]),
        (error) => error instanceof UserError && /repeat-1\.txt is not a run/.test(error.message),
      );
    }));
});
