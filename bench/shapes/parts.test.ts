import assert from 'node:assert/strict';
import { it } from 'node:test';
import { itemAt } from '../../db/item-at.ts';
import { shapesParts } from './parts.ts';

const options = {
  ...{
    scale: '100k',
    designs: ['blocked_contacts'],
    maxSeconds: 60,
    out: 'reports',
    name: 'shapes',
  },
  shape: undefined,
};
const flagOf = (args: readonly string[], flag: string): string | undefined =>
  args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined;

it('gives each shape a database of its own, and counts instructions once', () => {
  const parts = shapesParts(options);
  assert.deepEqual(
    parts.map(({ name, args }) => [name, flagOf(args, '--shape'), flagOf(args, '--database')]),
    [
      ['own', undefined, 'optout_lab_shape_own'],
      ['few-numbers', 'few-numbers', 'optout_lab_shape_few_numbers'],
      ['nobody-blocked', 'nobody-blocked', 'optout_lab_shape_nobody_blocked'],
      ['third-blocked', 'third-blocked', 'optout_lab_shape_third_blocked'],
    ],
  );
  assert.deepEqual(
    parts.filter(({ args }) => args.includes('--instructions')).map(({ name }) => name),
    ['own'],
  );
});

it('puts a shape that was given beside them', () => {
  const parts = shapesParts({ ...options, shape: 'a/shape.json' });
  const { name, title, args } = itemAt(parts, 4);
  assert.deepEqual([name, title], ['yours', 'the shape of a/shape.json']);
  assert.equal(flagOf(args, '--shape'), 'a/shape.json');
  assert.equal(flagOf(args, '--database'), 'optout_lab_shape_yours');
});
