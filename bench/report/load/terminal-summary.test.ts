import assert from 'node:assert/strict';
import { it } from 'node:test';
import { noCounts } from '../../load/record/counts.ts';
import { mishapsText } from './terminal-summary.ts';

it('what did not go wrong is said once, and what did by its number alone', () => {
  const counts = noCounts();
  assert.match(mishapsText({ counts, unserved: 0 }), /^no retry, \D*$/);
  assert.equal(
    mishapsText({ counts: { ...counts, retries: 1_200 }, unserved: 3 }),
    'retries 1,200, never started 3',
  );
});
