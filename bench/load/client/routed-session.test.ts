import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answer } from './extended-query.ts';
import { RoutedSession } from './routed-session.ts';

/** A node that answers with its name, or is lost from the moment it is told. */
function fakeNode(asked: string[], name: string, state: { lost: boolean }) {
  return {
    execute(statement: string, _: readonly unknown[], answered: (answer: Answer) => void): void {
      asked.push(`${name} ${statement}`);
      answered(state.lost ? { kind: 'lost' } : { kind: 'done', rows: 0 });
    },
    async end(): Promise<void> {
      asked.push(`${name} ended`);
    },
  };
}

describe('a connection to every node', () => {
  const execute = (session: RoutedSession, phone: string): Promise<Answer> =>
    new Promise((resolve) => session.execute('send', [], resolve, phone));

  it('asks the node of the number; one that is away fails its own, until it is open again', async () => {
    const asked: string[] = [];
    const second = { lost: false };
    let reopened = (): void => {};
    const isReopened = new Promise<void>((resolve) => {
      reopened = resolve;
    });
    let comeBack = (): void => {};
    const isBack = new Promise<void>((resolve) => {
      comeBack = resolve;
    });
    const session = new RoutedSession(
      [fakeNode(asked, 'first', { lost: false }), fakeNode(asked, 'second', second)],
      (phone) => Number(phone),
      async (node) => {
        asked.push(`opening ${node}`);
        await isBack;
        queueMicrotask(() => queueMicrotask(() => queueMicrotask(reopened)));
        return fakeNode(asked, 'second again', { lost: false });
      },
    );
    assert.deepEqual(await execute(session, '0'), { kind: 'done', rows: 0 });
    assert.deepEqual(await execute(session, '1'), { kind: 'done', rows: 0 });
    second.lost = true;
    const away = await execute(session, '1');
    assert.ok(away.kind === 'error' && away.sqlState === '08006');
    assert.deepEqual(await execute(session, '1'), away);
    assert.deepEqual(await execute(session, '0'), { kind: 'done', rows: 0 });
    comeBack();
    await isReopened;
    assert.deepEqual(await execute(session, '1'), { kind: 'done', rows: 0 });
    await session.end();
    assert.deepEqual(asked, [
      'first send',
      'second send',
      'second send',
      'second ended',
      'opening 1',
      'first send',
      'second again send',
      'first ended',
      'second again ended',
    ]);
  });
});
