import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { AgainstResults } from '../against/results.ts';
import type { Instructions } from '../results/results.ts';
import { againstMarkdown } from './against-text.ts';
import { syntheticResults } from './testing/synthetic-results.ts';

const counted = (withCheck: number, without: number): Instructions => ({
  ...{ state: 'counted', counter: 'valgrind', counterVersion: 'valgrind-3', blockedContacts: 9 },
  ...{ programs: "the run's own", serverVersion: `postgres ${withCheck}` },
  designs: [
    {
      name: 'blocked_contacts',
      scenarios: [
        {
          ...{ name: 'insert', title: 'one row', rowsPerStatement: 1, control: 'check off' },
          treatment: { instructions: withCheck, walBytes: 1, pages: 1 },
          without: { instructions: without, walBytes: 1, pages: 1 },
        },
      ],
    },
  ],
});

/** Two servers of which nothing is known but what was counted. */
function told(instructions: AgainstResults['instructions']): string {
  const { environment, method } = syntheticResults();
  return againstMarkdown({
    ...{ formatVersion: 1, kind: 'against', startedAt: '', finishedAt: '', commandLine: '' },
    ...{ differs: 'server', messages: 1, seed: 1, method, sameTwice: [], scenarios: [], plans: [] },
    treatment: { title: 'PostgreSQL 18', design: 'blocked_contacts', environment },
    control: { title: 'PostgreSQL 17', design: 'blocked_contacts', environment },
    ...(instructions === undefined ? {} : { instructions }),
  });
}

it('of two servers what was counted stands side by side: the whole, and what the check adds', () => {
  const text = told({ treatment: counted(150_000, 100_000), control: counted(200_000, 140_000) });
  assert.match(text, /insert[ |]+150,000[ |]+200,000[ |]+0\.750[ |]+\+50,000[ |]+\+60,000/);
  assert.match(text, /postgres 150000; postgres 200000/);
});

it('where one of them could not be counted, the reason stands there instead', () => {
  const text = told({
    treatment: counted(150_000, 100_000),
    control: { state: 'not counted', reason: 'its programs are elsewhere' },
  });
  assert.match(text, /No instructions of PostgreSQL 17: its programs are elsewhere\n/);
  assert.ok(!text.includes('150,000'));
  assert.ok(!told(undefined).includes('nstructions'));
});
