import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { syntheticResults } from '../report/testing/synthetic-results.ts';
import type { DesignResult, ScenarioResult } from '../results/results.ts';
import { secondsAgain, slowFigures, withTimedAgain } from './slow-spells.ts';
import { warningsOf } from './warnings.ts';

const [any] = syntheticResults().designs;

/** A scenario whose statement takes so long without the check. */
function scenario(
  name: string,
  baselineNs: number,
  { durable = false, rowsPerStatement = 1 } = {},
): ScenarioResult {
  const found = any?.scenarios.find(({ paired }) => paired !== undefined);
  assert.ok(found?.paired !== undefined);
  const paired = { ...found.paired, baselineNs };
  return { ...found, name, durable, rowsPerStatement, paired };
}

/** Designs d0, d1 … with one scenario, by how long its statement takes without the check. */
function designs(
  baselines: readonly number[],
  kind: Parameters<typeof scenario>[2] = {},
): readonly DesignResult[] {
  return baselines.map((baselineNs, index) => {
    assert.ok(any !== undefined);
    return { ...any, name: `d${index}`, scenarios: [scenario('one', baselineNs, kind)] };
  });
}

describe('a figure was timed while the machine was slower', () => {
  it('where its statement took a quarter longer without the check than beside the design in the middle', () => {
    assert.deepEqual(slowFigures(designs([66, 66, 98, 67, 65])), [
      { design: 'd2', scenario: 'one', times: 98 / 66 },
    ]);
    assert.deepEqual(slowFigures(designs([100, 100, 124.9, 100, 100])), []);
    assert.equal(slowFigures(designs([100, 100, 125, 100, 100])).length, 1);
  });

  it('which few designs, or a few durable rows, do not show', () => {
    assert.deepEqual(slowFigures(designs([66, 66, 98, 67])), []);
    const durable = (rowsPerStatement: number): number =>
      slowFigures(designs([66, 66, 98, 67, 65], { durable: true, rowsPerStatement })).length;
    assert.deepEqual([1, 10, 1_000].map(durable), [0, 0, 1]);
  });

  it('of which a reader is told', () => {
    const told = (baselines: readonly number[]): readonly string[] =>
      warningsOf({ ...syntheticResults(), designs: designs(baselines) }).filter((warning) =>
        warning.includes('slower'),
      );
    assert.deepEqual(told([66, 66, 70, 67, 65]), []);
    assert.match(
      told([66, 66, 99, 67, 132]).join(),
      /as beside them\): d2 one 1\.48, d4 one 1\.97\.$/,
    );
  });
});

describe('what was timed again', () => {
  const first = designs([66, 66, 99, 67, 132]);
  const again = (baselines: Readonly<Record<string, number>>): readonly DesignResult[] =>
    withTimedAgain(
      first,
      new Map(
        Object.entries(baselines).map(([name, baseline]) => [name, [scenario('one', baseline)]]),
      ),
    );

  it('takes the place of the first where the machine was less slow', () => {
    const now = again({ d2: 70, d4: 140 });
    assert.deepEqual(
      now.map(({ scenarios: [one] }) => [one?.paired?.baselineNs, one?.slowBefore]),
      [
        [66, undefined],
        [66, undefined],
        [70, 99 / 67],
        [67, undefined],
        [132, undefined],
      ],
    );
    const told = warningsOf({ ...syntheticResults(), designs: now });
    assert.ok(told.some((warning) => /timed again.* or more: 1\.$/.test(warning)));
  });

  it('is not taken where it has no figure', () => {
    const { paired: _, ...bare } = scenario('one', 1);
    assert.deepEqual(withTimedAgain(first, new Map([['d2', [bare]]])), first);
  });

  it('takes the time of its building too, but for the default design, which is the schema', () => {
    assert.equal(secondsAgain({ buildMs: 40_000 }, 2), 42);
    assert.equal(secondsAgain({}, 2), 2);
  });
});
