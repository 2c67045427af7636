import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { IntervalReporter } from './interval-reporter.ts';
import { Recorder } from './recorder.ts';

/** Runs a reporter over a clock that is set by hand; gives the seconds told, with what was offered in each. */
function report(
  use: (run: {
    offer(operations: number): void;
    tick(ms: number): void;
    /** Time that passes before the reporter's timer comes round. */
    pass(ms: number): void;
  }) => void,
) {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    let nowMs = 5_000;
    let offered = 0;
    const told: [number, number, boolean][] = [];
    const engine = { offered: () => offered, behindMs: () => 0 };
    const reporter = new IntervalReporter(
      5_000,
      new Recorder(5_000),
      engine,
      () => nowMs,
      (said) => {
        told.push([said.second, said.offered, said.last]);
      },
    );
    use({
      offer: (operations) => {
        offered += operations;
      },
      tick: (ms) => {
        nowMs += ms;
        mock.timers.tick(ms);
      },
      pass: (ms) => {
        nowMs += ms;
      },
    });
    reporter.end();
    return told;
  } finally {
    mock.timers.reset();
  }
}

describe('the interval reports of a worker', () => {
  it('tell of each second when it is over, and at the end of what is left', () => {
    const told = report(({ offer, tick }) => {
      offer(3);
      tick(1_000);
      offer(4);
      tick(1_000);
      offer(5);
      tick(500);
    });
    assert.deepEqual(told, [
      [0, 3, false],
      [1, 4, false],
      [2, 5, true],
    ]);
  });

  it('tell of a second that ends with the run under its own number, though its timer is late', () => {
    const told = report(({ offer, tick, pass }) => {
      offer(3);
      tick(1_000);
      offer(4);
      pass(1_040);
    });
    assert.deepEqual(told, [
      [0, 3, false],
      [1, 4, true],
    ]);
  });

  it('tell of seconds that a thread was kept from with the last of them', () => {
    const told = report(({ offer, tick }) => {
      offer(3);
      tick(3_400);
      offer(4);
      tick(600);
    });
    assert.deepEqual(told, [
      [2, 3, false],
      [3, 4, false],
      [4, 0, true],
    ]);
  });

  it('set no timer in the past, though the clock passes the second while they look at it', (t) => {
    const times = [5_000, 5_999.99, 6_000.01]; // the timer is early, and then there is nothing to wait for
    const waits: number[] = [];
    const wake: (() => void)[] = [];
    t.mock.method(globalThis, 'setTimeout', (callback: () => void, ms: number) => {
      wake.push(callback);
      waits.push(ms);
    });
    const engine = { offered: () => 0, behindMs: () => 0 };
    new IntervalReporter(
      5_000,
      new Recorder(5_000),
      engine,
      () => times.shift() ?? 6_001,
      () => {},
    );
    wake[0]?.();
    assert.deepEqual(waits, [1_000, 0]);
  });
});
