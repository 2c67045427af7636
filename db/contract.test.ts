import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isConnectionLost } from './cli/errors.ts';
import { isWorthReconnecting, isWorthRetrying } from './contract.ts';

const withCode = (code: string): Error => Object.assign(new Error('on purpose'), { code });

describe('an application', () => {
  it('retries serialization failures and deadlocks, and nothing else', () => {
    const codes = ['40001', '40P01', '40002', 'OPTED', '23505', '57P01', undefined];
    assert.deepEqual(codes.filter(isWorthRetrying), ['40001', '40P01']);
  });

  it('reconnects wherever a command says that the server went away, and from a server that takes no writes', () => {
    const gone = ['08000', '08006', '57P01', '57P02', '57P03'];
    assert.deepEqual([...gone, '25006', '57014', '40001'].filter(isWorthReconnecting), [
      ...gone,
      '25006',
    ]);
    assert.deepEqual(
      [...gone, '25006', '57014'].filter((code) => isConnectionLost(withCode(code))),
      gone,
    );
  });
});
