import assert from 'node:assert/strict';
import { it } from 'node:test';
import { tableOf } from './table.ts';

it('a table of mutants counts each once, and those that are explained among those that survived', () => {
  const caught = { state: 'caught', by: 'a behaviour', why: 'refused' } as const;
  const tried = [
    { id: 'f(): turned: = → <>', ...caught },
    { id: 'f(): turned: and → or', ...caught },
    { id: 'f(): moved: 1 → 2', state: 'not SQL' },
    { id: 'f(): moved: 2 → 3', ...caught, state: 'timed out' },
    { id: 'g(): moved: 1 → 2', state: 'survived' },
    { id: 'g(): moved: 2 → 3', state: 'survived' },
  ] as const;
  const explained = [{ mutants: 'g\\(\\): moved: 2 .*', why: 'it does the same' }];
  assert.deepEqual(
    tableOf(
      [
        { name: 'one', tried },
        { name: 'other', tried: [] },
      ],
      explained,
    ).split('\n'),
    [
      '| design | made | not SQL | caught | timed out | survived | of those explained |',
      '| --- | --: | --: | --: | --: | --: | --: |',
      '| `one` | 6 | 1 | 2 | 1 | 2 | 1 |',
      '| `other` | 0 | 0 | 0 | 0 | 0 | 0 |',
    ],
  );
});
