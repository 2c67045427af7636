import type { Block, ScenarioResult } from '../results/results.ts';

/** The ratio of a pair's block medians: with the check over without it. Warm-up is left out. */
export function pairRatios(scenario: ScenarioResult): readonly number[] {
  return pairsOf(scenario).map((pair) => pair.treatment.medianNs / pair.control.medianNs);
}

/** The medians of one arm's blocks. */
export function blockMedians(scenario: ScenarioResult, arm: Block['arm']): readonly number[] {
  return scenario.blocks
    .filter((block) => block.arm === arm && !block.warmup)
    .map((block) => block.medianNs);
}

interface BlockPair {
  readonly treatment: Block;
  readonly control: Block;
}

function pairsOf(scenario: ScenarioResult): readonly BlockPair[] {
  const byPair = new Map<number, Partial<Record<Block['arm'], Block>>>();
  for (const block of scenario.blocks) {
    if (block.warmup) continue;
    byPair.set(block.pair, { ...byPair.get(block.pair), [block.arm]: block });
  }
  return [...byPair.values()].flatMap(({ treatment, control }) =>
    treatment === undefined || control === undefined ? [] : [{ treatment, control }],
  );
}
