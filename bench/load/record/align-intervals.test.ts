import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Seconds } from './align-intervals.ts';
import { noCounts } from './counts.ts';
import type { IntervalReport } from './recorder.ts';

function said(second: number, offered: number, last = false): IntervalReport {
  return {
    second,
    last,
    offered,
    counts: noCounts(),
    intended: [],
    ended: [],
    endedMaxMs: 0,
    behindMs: 0,
    utilisation: 0,
  };
}

/** What is shown of what the workers say, in its order: the second, and what was offered. */
function shown(workers: number, sayings: readonly [number, IntervalReport][]): [number, number][] {
  const seconds = new Seconds(Array.from({ length: workers }, (_, worker) => worker));
  return sayings.flatMap(([worker, report]) => {
    const over = seconds.add(worker, report);
    if (over === undefined) return [];
    return [[over.second, over.reports.reduce((sum, { offered }) => sum + offered, 0)]];
  });
}

describe('the seconds of several workers', () => {
  it('are told when all have told of them', () => {
    const sayings: [number, IntervalReport][] = [
      [0, said(0, 1)],
      [1, said(0, 2)],
      [1, said(1, 4)],
      [0, said(1, 8)],
    ];
    assert.deepEqual(shown(2, sayings), [
      [0, 3],
      [1, 12],
    ]);
  });

  it('keep what is said early for its own second', () => {
    const sayings: [number, IntervalReport][] = [
      [0, said(0, 1)],
      [0, said(1, 2)],
      [0, said(2, 4)],
      [1, said(0, 8)],
      [1, said(1, 16)],
      [1, said(2, 32)],
    ];
    assert.deepEqual(shown(2, sayings), [
      [0, 9],
      [1, 18],
      [2, 36],
    ]);
  });

  it('do not wait for a second that a worker skipped', () => {
    const sayings: [number, IntervalReport][] = [
      [0, said(0, 1)],
      [0, said(1, 2)],
      [1, said(1, 4)],
      [0, said(2, 8)],
      [1, said(2, 16)],
    ];
    assert.deepEqual(shown(2, sayings), [
      [1, 7],
      [2, 24],
    ]);
  });

  it('do not wait for a worker that ended, and lose nothing at the end', () => {
    const sayings: [number, IntervalReport][] = [
      [0, said(0, 1)],
      [1, said(0, 2, true)],
      [0, said(1, 4)],
      [0, said(2, 8, true)],
    ];
    assert.deepEqual(shown(2, sayings), [
      [0, 3],
      [1, 4],
      [2, 8],
    ]);
  });
});
