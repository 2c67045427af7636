import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { takeTurns } from './connections.ts';

it('work on one session waits for the work before it, and goes on after one that failed', async () => {
  const onControl = takeTurns();
  const told: string[] = [];
  const work = (name: string) => async (): Promise<string> => {
    told.push(`${name} begins`);
    await nextTurn();
    told.push(`${name} ends`);
    if (name === 'b') throw new Error('b failed');
    return name;
  };
  const [a, b, c] = ['a', 'b', 'c'].map((name) => onControl(work(name)));
  await assert.rejects(b ?? Promise.resolve(), /b failed/);
  assert.deepEqual([await a, await c], ['a', 'c']);
  assert.deepEqual(
    told,
    ['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
});
