import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type LoadStep, runSteps } from './run-steps.ts';

const nothing = async (): Promise<void> => {};

describe('steps on several connections', () => {
  it('run after their predecessors, the first of the list first, two at a time', async () => {
    const log: string[] = [];
    let atOnce = 0;
    let most = 0;
    const step = (name: string, ...after: string[]): LoadStep<string> => ({
      name,
      after,
      run: async () => {
        most = Math.max(most, ++atOnce);
        log.push(name);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce--;
      },
    });
    const steps = [step('d', 'b', 'c'), step('a'), step('b', 'a'), step('c')];
    await runSteps(steps, ['one', 'two'], new Set(), nothing);
    assert.deepEqual(log, ['a', 'c', 'b', 'd']);
    assert.equal(most, 2);
  });

  it('are left out when they were done before', async () => {
    const ran: string[] = [];
    const step = (name: string, ...after: string[]): LoadStep<string> => ({
      name,
      after,
      run: async () => void ran.push(name),
    });
    await runSteps([step('a'), step('b', 'a')], ['one'], new Set(['a']), nothing);
    assert.deepEqual(ran, ['b']);
  });

  it('stop after a failure: the others are told, none begins, the first error is thrown', async () => {
    let release = (): void => {};
    const log: string[] = [];
    const steps: LoadStep<string>[] = [
      {
        name: 'long',
        after: [],
        run: () => new Promise((_, reject) => (release = () => reject(new Error('stopped')))),
      },
      { name: 'failing', after: [], run: () => Promise.reject(new Error('first')) },
      { name: 'never', after: [], run: async () => void log.push('never') },
    ];
    await assert.rejects(
      runSteps(steps, ['one', 'two'], new Set(), async () => release()),
      /first/,
    );
    assert.deepEqual(log, []);
  });

  it('that wait for each other are an error', async () => {
    const steps = [
      { name: 'a', after: ['b'], run: nothing },
      { name: 'b', after: ['a'], run: nothing },
    ];
    await assert.rejects(runSteps(steps, ['one'], new Set(), nothing), /wait for each other: a, b/);
  });
});
