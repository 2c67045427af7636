import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LatencyBins } from '../../stats/latency-bins.ts';
import { noCounts } from './counts.ts';
import { Recorder } from './recorder.ts';
import { Timeline } from './timeline.ts';

describe('the time series', () => {
  it('takes no more room for a day than for twenty minutes, and loses nothing', () => {
    const series = new Timeline();
    const bins = new LatencyBins();
    bins.record(3);
    const seconds = 86_400;
    for (let second = 0; second < seconds; second++) {
      series.addReport({
        second,
        last: false,
        offered: 5,
        counts: { ...noCounts(), done: 4 },
        intended: [{ second, bins: bins.sparse(), maxMs: 3 }],
        ended: bins.sparse(),
        endedMaxMs: 3,
        behindMs: 0,
        utilisation: 0.5,
      });
    }
    const intervals = series.intervals();
    assert.ok(intervals.length <= 1_200, `${intervals.length} intervals`);
    assert.equal(
      intervals.reduce((sum, { offered }) => sum + offered, 0),
      5 * seconds,
    );
    assert.equal(
      intervals.reduce((sum, { counts }) => sum + counts.done, 0),
      4 * seconds,
    );
    assert.equal(
      intervals.reduce((sum, { latencyBins: [, count = 0] }) => sum + count, 0),
      seconds,
    );
  });

  it('counts an answer when it comes and its latency when it was meant to start', () => {
    const recorder = new Recorder(10_000);
    recorder.answered('accepted', 10_100, 12_600);
    const series = new Timeline();
    series.addReport(
      recorder.takeReport({ second: 2, last: false, offered: 0, behindMs: 0, utilisation: 0 }),
    );
    assert.deepEqual(
      series.intervals().map(({ counts, maxMs }) => [counts.done, maxMs]),
      [
        [0, 2_500],
        [0, 0],
        [1, 0],
      ],
    );
  });
});

describe('latency bins', () => {
  it('give percentiles to within their width', () => {
    const bins = new LatencyBins();
    for (let ms = 0.1; ms < 1_000; ms += 0.1) bins.record(ms);
    for (const percentile of [1, 50, 90, 99]) {
      const wanted = percentile * 10;
      const got = bins.percentileMs(percentile) ?? 0;
      assert.ok(Math.abs(got / wanted - 1) < 0.045, `p${percentile}: ${got} ms`);
    }
  });

  it('are merged by adding them', () => {
    const [all, one, other] = [new LatencyBins(), new LatencyBins(), new LatencyBins()];
    for (let ms = 1; ms <= 300; ms++) {
      all.record(ms);
      (ms % 2 === 0 ? one : other).record(ms);
    }
    one.add(other.sparse(), other.maxMs);
    assert.deepEqual(one.sparse(), all.sparse());
    assert.equal(one.maxMs, all.maxMs);
  });
});
