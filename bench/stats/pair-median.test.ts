import assert from 'node:assert/strict';
import { it } from 'node:test';
import { medianOfPairs, pairMedianText, verdictOn } from './pair-median.ts';

const said = (...ratios: readonly number[]) => pairMedianText(medianOfPairs(ratios));

it('pairs have an interval from six on, fewer a range, one and none neither', () => {
  assert.equal(said(), 'not measured');
  assert.equal(said(1.2), '1.20 (1 pair)');
  assert.equal(said(1, 2, 5, 4, 3), '3.00 (1.00 to 5.00, range of 5 pairs)');
  assert.equal(said(1, 2, 5, 4, 3, 6), '3.50 (1.00 to 6.00, 95 % interval of 6 pairs)');
  assert.equal(said(1, 2, 3, 4, 5, 6, 7, 8, 9), '5.00 (2.00 to 8.00, 95 % interval of 9 pairs)');
});

it('a goal is reached with all of the interval, missed with none, open between and where there is none', () => {
  const verdict = (...ratios: readonly number[]) =>
    verdictOn(medianOfPairs(ratios), (ratio) => ratio <= 2);
  assert.equal(verdict(1, 2), 'reached');
  assert.equal(verdict(2, 3), 'open');
  assert.equal(verdict(3, 4), 'missed');
  assert.equal(verdict(1), 'open');
  assert.equal(verdict(), 'open');
});
