import assert from 'node:assert/strict';
import { it } from 'node:test';
import { failedTests } from './schema-tests.ts';

it('the tests that failed are named, suites and what passed are not, whether Node says the type of a test or not', () => {
  const tap = (type: string): string => `TAP version 13
# Subtest: a suite
    # Subtest: good
    ok 1 - good
      ---
      duration_ms: 1
      ...
    # Subtest: bad
    not ok 2 - bad
      ---
      duration_ms: 2
${type}      location: '/x.test.js:1:1'
      failureType: 'testCodeFailure'
      error: |-
        type: 'suite' is what it said
      ...
    1..2
not ok 1 - a suite
  ---
  duration_ms: 3
  type: 'suite'
  failureType: 'subtestsFailed'
  ...
1..1
`;
  assert.deepEqual(failedTests(tap('')), ['bad']);
  assert.deepEqual(failedTests(tap("      type: 'test'\n")), ['bad']);
  const cut = tap('').indexOf('      error: |-');
  assert.deepEqual(failedTests(tap('').slice(0, cut)), []);
});
