import assert from 'node:assert/strict';
import { until } from '../../db/testing/embedded-drill.ts';

/** Waits until something is so of a seed that runs; fails where the seed ends before. */
export async function untilSeed(
  seed: Promise<unknown>,
  what: string,
  condition: () => Promise<boolean>,
): Promise<void> {
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  seed.then(end, end);
  await until(`the seed ${what}`, async () => {
    const over = ended;
    const met = await condition();
    assert.ok(met || !over, `the seed ended before it ${what}`);
    return met;
  });
}
