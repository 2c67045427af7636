import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { forgetTried, noteTried, readTellers, readTried } from './journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-mutants-'));
after(() => rmSync(folder, { recursive: true }));

it('verdicts are read again, the last one of a mutant, without a line that was cut; some or all are forgotten, but not what told', () => {
  const file = join(folder, 'design.jsonl');
  assert.equal(readTried(file).size, 0);
  const caught = { state: 'caught', by: 'a behaviour', why: 'accepted' } as const;
  noteTried(file, { id: 'f(): moved: 1 → 2', state: 'survived' });
  noteTried(file, { id: 'g(): moved: 1 → 2', state: 'not SQL' });
  noteTried(file, { id: 'f(): moved: 1 → 2', ...caught });
  appendFileSync(file, '{"id":"h(');
  assert.deepEqual(
    [...readTried(file).values()],
    [
      { id: 'f(): moved: 1 → 2', ...caught },
      { id: 'g(): moved: 1 → 2', state: 'not SQL' },
    ],
  );
  forgetTried(file, ({ id }) => id.startsWith('f()'));
  assert.deepEqual([...readTried(file).keys()], ['g(): moved: 1 → 2']);
  forgetTried(file, () => true);
  assert.equal(readTried(file).size, 0);
  assert.deepEqual([...readTellers(file)], [['f(): moved: 1 → 2', 'a behaviour']]);
});
