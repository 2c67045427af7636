import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseObjective, parseRange } from './options/flag-values.ts';
import { searchRates } from './ramp.ts';

/** The rates that a search tries where everything up to `limit` is kept. */
function tried(range: string, limit: number): number[] {
  const rates: number[] = [];
  const search = searchRates(parseRange(range), 0.07);
  for (let step = search.next(); !step.done; step = search.next(step.value <= limit)) {
    rates.push(step.value);
  }
  return rates;
}

describe('the search for the highest rate', () => {
  it('closes in on the limit to seven per cent', () => {
    const rates = tried('500..8000', 3_100);
    const kept = Math.max(...rates.filter((rate) => rate <= 3_100));
    const missed = Math.min(...rates.filter((rate) => rate > 3_100));
    assert.ok(missed / kept <= 1.07, `${kept} kept, ${missed} missed`);
    assert.ok(rates.length <= 9, `${rates.length} trials`);
  });

  it('ends after the lowest rate where not even that is kept', () => {
    assert.deepEqual(tried('500..8000', 100), [500]);
  });

  it('ends after the highest where that is kept', () => {
    assert.deepEqual(tried('500..8000', 9_000), [500, 8_000]);
  });
});

describe('an objective', () => {
  it('names percentiles and times', () => {
    assert.deepEqual(
      parseObjective('p50<500us, p99.9<1.5s').limits.map(({ name, belowMs }) => [name, belowMs]),
      [
        ['p50', 0.5],
        ['p99.9', 1_500],
      ],
    );
  });
});
