import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Results, ScenarioResult } from '../results/results.ts';
import { rankDesigns, rankedOf, rankingSentence, unresolvedIn } from './ranking.ts';
import { distanceTable } from './sections/distance.ts';
import { winnerAnswer } from './sections/winner.ts';
import { syntheticResults } from './testing/synthetic-results.ts';

const scenarioName = 'one_row_durable';
const oneRow = rankDesigns(syntheticResults(), scenarioName);

/** A run in which one design's durable row came out so. */
function withRatio(design: string, ratio: number, low: number, high: number): Results {
  const results = syntheticResults();
  const changed = (scenario: ScenarioResult): ScenarioResult =>
    scenario.name !== scenarioName || scenario.paired === undefined
      ? scenario
      : {
          ...scenario,
          paired: { ...scenario.paired, ratio, ratioLow: low, ratioHigh: high },
        };
  return {
    ...results,
    designs: results.designs.map((one) =>
      one.name === design ? { ...one, scenarios: one.scenarios.map(changed) } : one,
    ),
  };
}

it('a wide interval that includes 1 is not resolved: last, not tied, and said', () => {
  const run = withRatio('opt_outs_count', 1.45, 0.98, 1.63);
  const ranks = rankDesigns(run, scenarioName);
  assert.equal(ranks.at(-1)?.design, 'opt_outs_count');
  assert.ok(ranks.at(-1)?.notResolved);
  assert.ok(!ranks.at(-1)?.tiedWithBest);
  assert.equal(rankedOf(ranks).length, oneRow.length - 1);
  assert.match(rankingSentence(ranks), /; opt_outs_count is not resolved$/);
  assert.match(
    winnerAnswer(run).answer,
    /not resolved: opt_outs_count \(npm run bench -- .*--designs opt_outs_count --scenarios one_row_durable --max-seconds \d+\)/,
  );
});

it('nor is an interval resolved that reaches further than half of its ratio, though 1 is outside', () => {
  const ranks = rankDesigns(withRatio('opt_outs_count', 2.47, 1.03, 5.96), scenarioName);
  assert.ok(ranks.at(-1)?.notResolved);
  assert.ok(!ranks.at(-1)?.tiedWithBest);
  const narrower = rankDesigns(withRatio('opt_outs_count', 2.47, 1.6, 3.4), scenarioName);
  assert.ok(!narrower.find(({ design }) => design === 'opt_outs_count')?.notResolved);
});

it('not even the lowest median makes a design the cheapest whose interval is that wide', () => {
  const ranks = rankDesigns(withRatio('opt_outs_count', 0.9, 0.7, 1.4), scenarioName);
  assert.equal(ranks[0]?.design, oneRow[0]?.design);
  assert.ok(ranks[0]?.tiedWithBest);
});

it('a narrow interval that includes 1 costs next to nothing, and is ranked', () => {
  const ranks = rankDesigns(withRatio('opt_outs_count', 1, 0.98, 1.02), scenarioName);
  assert.equal(ranks[0]?.design, 'opt_outs_count');
  assert.doesNotMatch(rankingSentence(ranks), /resolved/);
});

it('a check alone whose cost may be none is not called the cheapest', () => {
  const results = syntheticResults();
  const unsure = { value: -50_000, low: -80_000, high: 200_000, samples: 20 };
  const designs = results.designs.map((design) =>
    design.name === 'opt_outs_count' && design.serverSide !== undefined
      ? { ...design, serverSide: { ...design.serverSide, nsPerRow: unsure } }
      : design,
  );
  const rows = String(distanceTable({ ...results, designs })).split('<tr>');
  const alone = rows.filter((row) => row.includes('The check alone'));
  assert.equal(alone.length, 2);
  assert.ok(!alone.join().includes('opt_outs_count'), alone.join());
});

it('a design without a figure is not resolved, with the command that would resolve it', () => {
  const results = syntheticResults();
  const designs = results.designs.map((design) =>
    design.name === 'opt_outs_count'
      ? {
          ...design,
          scenarios: design.scenarios.map(({ paired: _, ...scenario }) => scenario),
        }
      : design,
  );
  const unresolved = unresolvedIn({ ...results, designs }, scenarioName);
  assert.deepEqual(unresolved?.designs, ['opt_outs_count']);
  assert.match(String(unresolved?.command), /--designs opt_outs_count /);
  assert.equal(unresolvedIn(results, scenarioName), undefined);
});
