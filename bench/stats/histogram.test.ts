import assert from 'node:assert/strict';
import { it } from 'node:test';
import { LatencyHistogram } from './histogram.ts';

it('what is encoded is decoded, and merging adds the samples', () => {
  const first = recorded(1, 5_000);
  const second = recorded(5_001, 10_000);
  const merged = LatencyHistogram.merge([
    LatencyHistogram.decode(first.encode()),
    LatencyHistogram.decode(second.encode()),
  ]);
  const together = recorded(1, 10_000);
  assert.deepEqual(merged.summary(), together.summary());
  assert.equal(merged.samples, 10_000);
});

it('percentiles are within a thousandth of the truth', () => {
  const histogram = recorded(1, 10_000);
  for (const percentile of [50, 90, 95, 99, 99.9]) {
    const truth = percentile * 100 * 1_000;
    const found = histogram.percentile(percentile) ?? 0;
    assert.ok(Math.abs(found - truth) <= truth / 1_000 + 1_000, `p${percentile}: ${found}`);
  }
});

it('a percentile without enough samples beyond it is not told', () => {
  assert.equal(recorded(1, 999).percentile(99), undefined);
  assert.notEqual(recorded(1, 1_000).percentile(99), undefined);
  assert.equal(recorded(1, 9_999).percentile(99.9), undefined);
  assert.notEqual(recorded(1, 10_000).percentile(99.9), undefined);
  assert.equal(LatencyHistogram.create().percentile(50), undefined);
});

it('zero and enormous latencies are counted, not lost', () => {
  const histogram = LatencyHistogram.create();
  histogram.record(0);
  histogram.record(1e15);
  assert.equal(histogram.samples, 2);
});

it('the curve rises to the maximum', () => {
  const curve = recorded(1, 10_000).curve(10);
  for (const [index, point] of curve.entries()) {
    assert.ok(point.latencyNs >= (curve[index - 1]?.latencyNs ?? 0));
  }
  assert.equal(curve.at(-1)?.share, 1);
});

function recorded(from: number, to: number): LatencyHistogram {
  const histogram = LatencyHistogram.create();
  for (let microseconds = from; microseconds <= to; microseconds++) {
    histogram.record(microseconds * 1_000);
  }
  return histogram;
}
