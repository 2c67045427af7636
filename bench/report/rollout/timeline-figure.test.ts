import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { RolloutResults } from '../../rollout/results.ts';
import { timelineFigure } from './timeline-figure.ts';

const figureOf = (seconds: number) =>
  timelineFigure({
    ...{ stages: [], ratePerSecond: 500, clients: 8 },
    timeline: Array.from({ length: seconds }, (_, startS) => ({
      ...{ startS, operations: 10, refused: 0 },
      longestMs: startS === 700 ? 90 : 1,
    })),
  } as unknown as RolloutResults);

it('shows every second of a short rehearsal', () => {
  const { data, reading } = figureOf(600);
  assert.equal(data.rows.length, 600);
  assert.match(reading, /^The longest operation of each second,/);
});

it('takes seconds of a long one together, and keeps their longest operation', () => {
  const { data, reading } = figureOf(1_300);
  assert.equal(data.rows.length, 434);
  assert.match(reading, /^The longest operation of each 3 seconds,/);
  assert.deepEqual(
    data.rows.filter(([, , longest]) => longest !== '1.00 ms'),
    [['699', '30', '90.0 ms']],
  );
  assert.deepEqual(data.rows.at(-1), ['1299', '10', '1.00 ms']);
});
