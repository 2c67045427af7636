import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Draws } from '../../stats/random.ts';
import { type ArrivalKind, burstPeriodMs, Schedule } from './arrivals.ts';

const startMs = 5_000;

function schedule(kind: ArrivalKind, ratePerSecond: number, seconds: number, part = 0, parts = 1) {
  const endMs = startMs + seconds * 1000;
  const draws = new Draws(1, `arrivals ${part}`);
  return new Schedule({ kind, ratePerSecond, startMs, endMs, part, parts, draws });
}

function arrivals(of: Schedule): number[] {
  const times: number[] = [];
  while (of.nextMs !== Number.POSITIVE_INFINITY) times.push(of.take());
  return times;
}

describe('arrivals', () => {
  it('are evenly spaced where they are constant, to the last of a day', () => {
    const times = arrivals(schedule('constant', 3, 86_400));
    assert.equal(times.length, 3 * 86_400);
    for (const [index, time] of times.entries()) {
      assert.ok(Math.abs(time - (startMs + (index * 1000) / 3)) < 1e-3);
    }
  });

  it('of several constant schedules interleave as evenly as those of one', () => {
    const together = [0, 1, 2, 3].flatMap((part) =>
      arrivals(schedule('constant', 1_000, 2, part, 4)),
    );
    together.sort((a, b) => a - b);
    assert.equal(together.length, 2_000);
    for (const [index, time] of together.entries()) {
      assert.ok(Math.abs(time - (startMs + index)) < 1e-6);
    }
  });

  it('of a Poisson process have exponential gaps of the right mean', () => {
    const times = arrivals(schedule('poisson', 1_000, 100));
    const gaps = times.map((time, index) => time - (times[index - 1] ?? startMs));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    assert.ok(Math.abs(mean - 1) < 0.02, `mean gap ${mean} ms`);
    assert.ok(Math.abs(Math.sqrt(variance) - 1) < 0.03, `deviation ${Math.sqrt(variance)} ms`);
    const beyond = gaps.filter((gap) => gap > 3).length / gaps.length;
    assert.ok(Math.abs(beyond - Math.exp(-3)) < 0.005, `beyond three gaps ${beyond}`);
  });

  it('that several Poisson schedules make add up to the rate', () => {
    const counts = [0, 1, 2].map((part) => arrivals(schedule('poisson', 900, 100, part, 3)).length);
    const sum = counts.reduce((total, count) => total + count, 0);
    assert.ok(Math.abs(sum - 90_000) < 1_500, `${sum} arrivals`);
  });

  it('do not move when they are taken late, and what is not taken is the backlog', () => {
    const late = schedule('constant', 100, 10);
    assert.equal(late.backlog(startMs + 4_000), 400);
    assert.equal(late.take(), startMs);
    assert.equal(late.take(), startMs + 10);
    assert.equal(late.backlog(startMs + 4_000), 398);
    assert.equal(late.backlog(startMs + 60_000), 998);
  });

  it('end with the duration, and there are none at a rate of nothing', () => {
    assert.equal(arrivals(schedule('constant', 10, 1)).length, 10);
    assert.equal(schedule('constant', 0, 10).nextMs, Number.POSITIVE_INFINITY);
  });

  it('in bursts are as many, in the first part of each period, and so is the backlog', () => {
    const bursts = new Schedule({
      kind: 'constant',
      ratePerSecond: 100,
      startMs,
      endMs: startMs + 60_000,
      part: 0,
      parts: 1,
      draws: new Draws(1, 'bursts'),
      burst: 4,
    });
    assert.equal(bursts.backlog(startMs + 1_250), 500);
    assert.equal(bursts.backlog(startMs + 2_500), 1_000);
    assert.equal(bursts.backlog(startMs + 9_999), 1_000);
    assert.equal(bursts.backlog(startMs + 60_000), 6_000);
    const times = arrivals(bursts);
    assert.equal(times.length, 6_000);
    assert.ok(times.every((time) => (time - startMs) % burstPeriodMs < burstPeriodMs / 4));
    assert.ok(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0)));
    assert.equal(bursts.backlog(startMs + 60_000), 0);
  });
});
