import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Results } from '../results/results.ts';
import { believeAnswer, believeLine } from './sections/believe.ts';
import { winnerAnswer } from './sections/winner.ts';
import { syntheticResults } from './testing/synthetic-results.ts';

const run = syntheticResults();
const [design] = run.designs;
assert.ok(design !== undefined);

/** What a bench of one design leaves on a machine that was too busy for any pair of sessions. */
const none: Results = {
  ...run,
  designs: [
    { ...design, scenarios: design.scenarios.map(({ paired: _, ...scenario }) => scenario) },
  ],
};

it('a run without a figure says so, and which command would bring one', () => {
  const command = /npm run bench -- --scale \w+ --max-seconds (\d+)$/;
  const [, seconds] = command.exec(believeLine(none)) ?? [];
  assert.ok(Number(seconds) > none.method.secondsPerDesign, believeLine(none));
  const { mark, answer } = believeAnswer(none);
  assert.equal(mark, 'open');
  assert.match(answer, new RegExp(`--max-seconds ${seconds}\\.$`));
  assert.doesNotMatch(believeLine(run), /--max-seconds/);
});

it('a run of one design says which command compares it with the others', () => {
  assert.match(
    winnerAnswer({ ...run, designs: [design] }).answer,
    /^Only \w+ was timed\. npm run bench -- --scale \w+ --designs all times every design\.$/,
  );
});
