import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Check, Suspects } from './checks.ts';

it('what told a change of an object before is tried first, unless it is long; then what is cheap and what names it', () => {
  const check = (name: string, cost: Check['cost'], names?: string): Check => ({
    name,
    cost,
    ...(names === undefined ? {} : { names: (object: string) => object.startsWith(names) }),
    failure: async () => undefined,
  });
  const checks = [
    check('behaviour', 1),
    check('other behaviour', 1),
    check('tests of opt_in', 2, 'opt_in'),
    check('tests of moves', 2, 'move'),
    check('histories', 3),
    check('permutations', 3),
  ];
  const suspects = new Suspects();
  const order = (object: string): readonly string[] =>
    suspects.order(object, checks).map(({ name }) => name);
  assert.deepEqual(order('move()'), [
    'behaviour',
    'other behaviour',
    'tests of moves',
    'tests of opt_in',
    'histories',
    'permutations',
  ]);
  for (const name of ['permutations', 'tests of opt_in', 'other behaviour']) {
    suspects.note('move()', name);
  }
  assert.deepEqual(order('move()'), [
    'other behaviour',
    'tests of opt_in',
    'behaviour',
    'tests of moves',
    'histories',
    'permutations',
  ]);
  assert.equal(order('opt_in()')[0], 'behaviour');
});
