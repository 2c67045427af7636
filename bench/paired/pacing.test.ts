import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fewestForTrimmedMean } from '../stats/trimmed-mean.ts';
import { mayOpenSessions, pacingOf } from './pacing.ts';

/** Milliseconds that one pair of sessions is timed. */
const lengthMs = (pacing: ReturnType<typeof pacingOf>, turnMs: number): number =>
  pacing.slicesPerSessions * pacing.turnsPerSlice * turnMs;

describe('how long sessions are kept', () => {
  it('has the arms change often where there is time', () => {
    const pacing = pacingOf(8, 0.15, 100);
    assert.equal(pacing.slicesPerSessions, 6);
    assert.ok(lengthMs(pacing, 0.15) >= 150 && lengthMs(pacing, 0.15) <= 250);
  });

  it('keeps them short where there is little, so that there are enough for an interval', () => {
    const overheadMs = 40;
    const pacing = pacingOf(1.2, 0.15, overheadMs);
    assert.equal(pacing.slicesPerSessions, 2);
    const sessions = 1_200 / (lengthMs(pacing, 0.15) + overheadMs);
    assert.ok(sessions > 2 * fewestForTrimmedMean, `${sessions}`);
  });

  it('has several turns after each warm-up of a statement of many rows', () => {
    assert.deepEqual(pacingOf(1, 24, 60), { slicesPerSessions: 2, turnsPerSlice: 3 });
    assert.deepEqual(pacingOf(1, 50, 60), { slicesPerSessions: 2, turnsPerSlice: 2 });
  });

  it('times one turn a slice of a statement that is longer than that', () => {
    assert.deepEqual(pacingOf(1, 300, 700), { slicesPerSessions: 2, turnsPerSlice: 1 });
  });
});

describe('whether more sessions are opened', () => {
  it('says yes while there is time', () => {
    assert.equal(mayOpenSessions(1, 0.001, 0, 60_000), true);
  });

  it('says no after it to a figure that has its interval', () => {
    assert.equal(mayOpenSessions(1, -0.001, 0, 1), false);
  });

  it('says yes after it to one that has none yet and can have it soon', () => {
    assert.equal(mayOpenSessions(1, -0.1, 3, 1_000), true);
  });

  it('says no after it where the missing sessions would take longer than what may be added', () => {
    assert.equal(mayOpenSessions(1, -0.1, 6, 1_000), false);
    assert.equal(mayOpenSessions(1, -5.1, 1, 1), false);
  });
});
