import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Check, Suspects } from './checks.ts';

it('what told a change before is tried first; then what tells most of its object for its cost, what is cheap, and what names it', () => {
  const check = (name: string, seconds: number, names?: string): Check => ({
    name,
    seconds,
    ...(names === undefined ? {} : { names: (object: string) => object.startsWith(names) }),
    failure: async () => undefined,
  });
  const checks = [
    check('behaviour', 0.1),
    check('other behaviour', 0.1),
    check('tests of opt_in', 1, 'opt_in'),
    check('tests of moves', 1, 'move'),
    check('histories', 20),
    check('permutations', 20),
  ];
  const suspects = new Suspects();
  const order = (object: string, before?: string): readonly string[] =>
    suspects.order(object, checks, before).map(({ name }) => name);
  assert.deepEqual(order('move()'), [
    'tests of moves',
    'behaviour',
    'other behaviour',
    'tests of opt_in',
    'histories',
    'permutations',
  ]);
  assert.deepEqual(order('other()'), [
    'behaviour',
    'other behaviour',
    'tests of opt_in',
    'tests of moves',
    'histories',
    'permutations',
  ]);
  for (const name of ['permutations', 'tests of opt_in', 'other behaviour']) {
    suspects.note('move()', name);
  }
  assert.deepEqual(order('move()'), [
    'other behaviour',
    'tests of opt_in',
    'tests of moves',
    'behaviour',
    'permutations',
    'histories',
  ]);
  assert.equal(order('move()', 'histories')[0], 'histories');
  assert.equal(order('other()')[0], 'other behaviour');
});
