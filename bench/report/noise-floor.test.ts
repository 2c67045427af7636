import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Results, ScenarioResult } from '../results/results.ts';
import { compareRuns } from './compare/compare-runs.ts';
import { allowingFor, noiseFloor, noiseFloorText } from './noise-floor.ts';
import { syntheticResults } from './testing/synthetic-results.ts';

/** A run in which the method, tried on itself, came out so; not durable. */
function triedOnItself(low: number, high: number, results = syntheticResults()): Results {
  const tried = ({ scenarios }: Results['designs'][number]): readonly ScenarioResult[] =>
    scenarios.flatMap((scenario) =>
      scenario.name === 'one_row' && scenario.paired !== undefined
        ? [
            {
              ...scenario,
              name: 'one_row-same-twice',
              control: 'check off twice' as const,
              paired: { ...scenario.paired, ratio: 1, ratioLow: low, ratioHigh: high },
            },
          ]
        : [],
    );
  return {
    ...results,
    designs: results.designs.map((design) => ({
      ...design,
      scenarios: [...design.scenarios, ...tried(design)],
    })),
  };
}

describe('the noise floor', () => {
  it('is the farther end of what the method found where 1 is true, of like commits', () => {
    const results = triedOnItself(0.97, 1.01);
    assert.ok(Math.abs(noiseFloor(results, { durable: false }) - 0.03) < 1e-9);
    assert.equal(noiseFloor(results, { durable: true }), 0);
    assert.match(String(noiseFloorText(results)), /0\.970 to 1\.010 where 1 is true/);
    assert.equal(noiseFloorText(syntheticResults()), undefined);
  });

  it('widens an interval to either side', () => {
    const { low, high } = allowingFor({ value: 1.1, low: 1.05, high: 1.2 }, 0.05);
    assert.ok(low <= 1 && high > 1.25);
  });

  it('keeps compare from calling slower what the method does by itself', () => {
    const before = triedOnItself(0.99, 1.01);
    const slower = {
      ...before,
      designs: before.designs.map((design) => ({
        ...design,
        scenarios: design.scenarios.map((scenario) =>
          scenario.name === 'one_row' && scenario.paired !== undefined
            ? {
                ...scenario,
                paired: {
                  ...scenario.paired,
                  ratio: scenario.paired.ratio * 1.04,
                  ratioLow: scenario.paired.ratioLow * 1.04,
                  ratioHigh: scenario.paired.ratioHigh * 1.04,
                },
              }
            : scenario,
        ),
      })),
    };
    const verdicts = (from: Results, to: Results): readonly string[] =>
      compareRuns(from, to)
        .changes.filter(({ scenario, judged }) => scenario === 'one_row' && judged)
        .map(({ verdict }) => verdict);
    assert.ok(verdicts(before, slower).includes('slower'));
    const noisy = (results: Results): Results => ({
      ...results,
      designs: results.designs.map((design) => ({
        ...design,
        scenarios: design.scenarios.map((scenario) =>
          scenario.control === 'check off twice' && scenario.paired !== undefined
            ? { ...scenario, paired: { ...scenario.paired, ratioHigh: 1.2 } }
            : scenario,
        ),
      })),
    });
    assert.ok(!verdicts(noisy(before), noisy(slower)).includes('slower'));
  });
});
