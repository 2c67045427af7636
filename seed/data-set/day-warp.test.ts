import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDayWarp, msPerDay, warpedMs } from './day-warp.ts';

const msPerHour = msPerDay / 24;

/** How many of the messages at even gaps fall into each hour of the day. */
function sharesOf(hours: readonly number[], messages: number): number[] {
  const warp = createDayWarp(hours);
  const counts = Array.from({ length: 24 }, () => 0);
  for (let message = 0; message < messages; message++) {
    const ms = warpedMs(warp, (message / messages) * 7 * msPerDay);
    const hour = Math.floor(ms / msPerHour) % 24;
    counts[hour] = (counts[hour] ?? 0) + 1;
  }
  return counts.map((count) => count / messages);
}

describe('a warped day', () => {
  it('gives each hour its share', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => (hour + 1) / 300);
    for (const [hour, share] of sharesOf(hours, 100_000).entries()) {
      assert.ok(Math.abs(share - (hours[hour] ?? 0)) < 0.001, `hour ${hour}: ${share}`);
    }
  });

  it('leaves hours empty that have no share, the first and the last of them too', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => (hour === 9 || hour === 17 ? 0.5 : 0));
    const shares = sharesOf(hours, 10_000);
    for (const [hour, share] of shares.entries()) {
      assert.ok(Math.abs(share - (hours[hour] ?? 0)) < 0.01, `hour ${hour}: ${share}`);
    }
  });

  it('never turns back, and begins each day anew', () => {
    const warp = createDayWarp(Array.from({ length: 24 }, (_, hour) => (hour === 3 ? 1 : 0)));
    let before = -1;
    for (let ms = 0; ms < 2 * msPerDay; ms += 997) {
      const warped = warpedMs(warp, ms);
      assert.ok(warped > before);
      assert.equal(Math.floor(warped / msPerDay), Math.floor(ms / msPerDay));
      before = warped;
    }
  });
});
