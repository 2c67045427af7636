import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type SpeedResults, speedVerdict } from './speed-results.ts';

function verdict(loads: SpeedResults['loads'], ...seederSeconds: readonly number[]): string {
  return speedVerdict({
    loads,
    pairs: seederSeconds.map((seconds) => ({ seederSeconds: seconds, serverSeconds: 10 })),
  });
}

it('the COPY is judged by the interval of its pairs', () => {
  assert.equal(
    verdict('messages', 10, 10.2, 10.5),
    'COPY, as a share of the speed of the server alone: 0.980 (0.952 to 1.000, range of 3 pairs): reaches the goal of 0.95',
  );
  assert.match(
    verdict('messages', 10, 10.2, 11),
    /range of 3 pairs\): cannot be told from the goal/,
  );
  assert.match(verdict('messages', 10.8, 11), /misses the goal of 0\.95$/);
  assert.match(verdict('messages', 11.2, 12), /misses the goal of 0\.95, and even 0\.9$/);
});

it('the whole load is judged by the interval of its pairs, of nine by all but the outermost', () => {
  const nine = [10, 11, 11.1, 11.2, 11.2, 11.3, 11.3, 11.4, 12];
  assert.match(
    verdict('whole', ...nine),
    /1\.120 \(1\.100 to 1\.140, 95 % interval of 9 pairs\): reaches the goal of 1\.15$/,
  );
  assert.match(verdict('whole', 11, 12), /cannot be told from the goal/);
  assert.match(verdict('whole', 12, 13), /misses the goal/);
});
