import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closing } from './closing.ts';

describe('what is closed after some work', () => {
  it('is closed the newest first, each whatever becomes of the others, and the first error is thrown', async () => {
    const closed: string[] = [];
    const close = (name: string, error?: Error) => () => {
      closed.push(name);
      if (error !== undefined) throw error;
    };
    const work = closing(async (defer) => {
      defer(close('server', new Error('the server does not stop')));
      defer(close('session'));
      defer(close('rows', new Error('the rows stay')));
      return 'done';
    });
    await assert.rejects(work, /^Error: the rows stay$/);
    assert.deepEqual(closed, ['rows', 'session', 'server']);
  });

  it('is told what the work failed with, which is thrown before any error of a close', async () => {
    const failure = new Error('the work failed');
    let told: unknown;
    const work = closing(async (defer) => {
      defer((of) => {
        told = of;
        throw new Error('the rows stay');
      });
      throw failure;
    });
    await assert.rejects(work, failure);
    assert.equal(told, failure);
  });
});
