import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commonSilences, Silences } from './silences.ts';

const silencesOf = (...answersMs: readonly number[]): Silences => {
  const silences = new Silences();
  for (const ms of answersMs) silences.answered(ms);
  return silences;
};

describe('the silences of a load', () => {
  it('are the times between two answers, the longest first', () => {
    assert.deepEqual(silencesOf(10, 11, 15, 18).longest, [
      { fromMs: 11, toMs: 15 },
      { fromMs: 15, toMs: 18 },
      { fromMs: 10, toMs: 11 },
    ]);
  });

  it('are none before the first answer, and none with one', () => {
    assert.deepEqual(silencesOf().longest, []);
    assert.deepEqual(silencesOf(10).longest, []);
  });

  it('keep the twenty longest of many', () => {
    const answersMs = Array.from({ length: 101 }, (_, i) => (i * (i + 1)) / 2);
    const lengths = silencesOf(...answersMs).longest.map(({ fromMs, toMs }) => toMs - fromMs);
    assert.deepEqual(
      lengths,
      Array.from({ length: 20 }, (_, i) => 100 - i),
    );
  });

  it('of several workers are when none of them had an answer', () => {
    const workers = [
      [
        { fromMs: 0, toMs: 10 },
        { fromMs: 20, toMs: 28 },
      ],
      [{ fromMs: 8, toMs: 23 }],
    ];
    assert.deepEqual(commonSilences(workers), [
      { fromMs: 20, toMs: 23 },
      { fromMs: 8, toMs: 10 },
    ]);
    assert.deepEqual(commonSilences([...workers, []]), []);
    assert.deepEqual(commonSilences([]), []);
  });

  it('of many workers are found at once', () => {
    const workers = Array.from({ length: 64 }, (_, worker) =>
      Array.from({ length: 20 }, (_, i) => ({ fromMs: 100 * i + worker, toMs: 100 * i + 90 })),
    );
    const common = commonSilences(workers);
    assert.equal(common.length, 20);
    assert.deepEqual(common[0], { fromMs: 63, toMs: 90 });
  });
});
