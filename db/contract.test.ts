import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isConnectionLost } from './cli/errors.ts';
import {
  isRefusal,
  isWorthReconnecting,
  isWorthRetrying,
  mayBeCommitted,
  refusal,
} from './contract.ts';

const withCode = (code: string): Error => Object.assign(new Error('on purpose'), { code });

describe('an application', () => {
  it('retries serialization failures and deadlocks, and nothing else', () => {
    const codes = ['40001', '40P01', '40002', 'OPTED', '23505', '57P01', undefined];
    const retried = codes.filter((sqlState) =>
      isWorthRetrying({ sqlState, message: 'on purpose' }),
    );
    assert.deepEqual(retried, ['40001', '40P01']);
  });

  it('retries what Citus could not commit on a worker, which may be committed all the same', () => {
    const message = 'could not commit transaction for shard 102008 on at least one active node';
    const atCommit = { sqlState: 'XX000', message };
    assert.ok(isWorthRetrying(atCommit) && mayBeCommitted(atCommit));
    assert.ok(!isWorthRetrying({ ...atCommit, message: 'cache lookup failed' }));
    for (const lost of [
      'could not serialize access due to concurrent update',
      'deadlock detected',
    ]) {
      assert.ok(isWorthRetrying({ sqlState: 'XX000', message: lost }), lost);
      assert.ok(!mayBeCommitted({ sqlState: 'XX000', message: lost }), lost);
      assert.ok(!isWorthRetrying({ sqlState: 'P0001', message: lost }), lost);
    }
    assert.ok(!isWorthRetrying({ ...atCommit, sqlState: '23505' }));
    assert.ok(!mayBeCommitted({ sqlState: '40001', message: 'could not serialize access' }));
  });

  it('knows a refusal by its SQLSTATE, or by its message where Citus lost that', () => {
    const { sqlState, message } = refusal;
    assert.ok(isRefusal({ sqlState, message: 'in another language' }));
    assert.ok(isRefusal({ sqlState: 'XX000', message }));
    assert.ok(!isRefusal({ sqlState: 'XX000', message: 'cache lookup failed' }));
    assert.ok(!isRefusal({ sqlState: 'P0001', message }));
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
