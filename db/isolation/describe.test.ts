import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeHistory } from './describe.ts';

it('a history is told as statements that can be run, a query of the opt-outs too', () => {
  const told = describeHistory({
    before: [1],
    sessions: [[{ level: 'read committed', steps: [{ kind: 'read', phone: 0 }], end: 'commit' }]],
    schedule: [0],
  });
  assert.deepEqual(told.split('\n').slice(-3), [
    '/* 1 */ begin isolation level read committed;',
    "/* 1 */ select o.profile_id from public.opt_outs as o where o.phone = '+12005550000' order by o.ordinal;",
    '/* 1 */ commit;',
  ]);
});
