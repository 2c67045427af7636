import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arm, Block } from '../results/results.ts';
import { readOptions } from '../run/options.ts';
import { LatencyHistogram } from '../stats/histogram.ts';
import { figureOf, type PairedOptions, summarise } from './pairs.ts';

/** So few draws and so little confidence that the interval is the bootstrap's, and not always the same. */
const options: PairedOptions = {
  method: { ...readOptions({}).method, confidence: 0.05, bootstrapResamples: 5 },
  bootstrapSeed: 1,
  rowsPerStatement: 1,
};

function block(order: number, pair: number, arm: Arm, medianNs: number): Block {
  return {
    ...{ order, pair, arm, medianNs, startedMs: order, durationMs: 1, samples: 2 },
    ...{ meanNs: medianNs, p95Ns: medianNs, maxNs: medianNs, warmup: false, walBytes: 400 },
    ...{ walRecords: 2, fullPageImages: 0, checkpoints: 0, autovacuums: 0 },
  };
}

/** Blocks of so many pairs; the treatment takes some 1.2 times as long. */
function blocksOf(pairs: number): Block[] {
  return Array.from({ length: pairs }, (_, pair) => [
    block(2 * pair, pair, 'treatment', 1_200 + 7 * ((pair * 5) % 11)),
    block(2 * pair + 1, pair, 'control', 1_000 + 3 * ((pair * 7) % 11)),
  ]).flat();
}

function histogramsOf(blocks: readonly Block[]): LatencyHistogram[] {
  return blocks.map(({ medianNs }) => {
    const histogram = LatencyHistogram.create('small');
    histogram.record(medianNs, 2);
    return histogram;
  });
}

test('a figure depends on its blocks alone, not on how often one looked before', () => {
  const blocks = blocksOf(12);
  const { paired } = summarise(blocks, histogramsOf(blocks), options);
  for (const pairs of [4, 8]) figureOf(blocks.slice(0, 2 * pairs), options);
  assert.deepEqual(summarise(blocks, histogramsOf(blocks), options).paired, paired);
  assert.deepEqual(figureOf(blocks, options), paired);
});

test('an arm of which only warm-up was measured has no summary', () => {
  const blocks = blocksOf(4).slice(0, 7);
  const withoutControl = blocks.filter(({ arm, pair }) => arm === 'treatment' || pair === 0);
  const numbered = withoutControl.map((one, order) => ({ ...one, order }));
  const { arms } = summarise(numbered, histogramsOf(numbered), options);
  assert.deepEqual(
    arms.map(({ arm, samples, walBytesPerRow }) => ({ arm, samples, walBytesPerRow })),
    [{ arm: 'treatment', samples: 6, walBytesPerRow: 200 }],
  );
});

test('blocks without a histogram are an error', () => {
  const blocks = blocksOf(4);
  assert.throws(() => summarise(blocks, [], options), /there is no item/);
});
