import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Draws } from '../../stats/random.ts';
import { noCounts } from '../record/counts.ts';
import type { SoakSample } from '../results/results.ts';
import { growthOf, memoryOf } from './growth.ts';

/** Two hours, a sample every half minute, of a generator that grows by so much an hour and a table that is filled. */
function samples(bytesPerHour: number): readonly SoakSample[] {
  const draws = new Draws(26, 'soak');
  return Array.from({ length: 240 }, (_, index) => {
    const atS = 30 * (index + 1);
    const noise = 1e5 * draws.normal();
    return {
      atS,
      generator: { residentBytes: 2e8 + (bytesPerHour * atS) / 3600 + noise, descriptors: 40 },
      deadRows: Math.round(100 + 10 * draws.normal()),
      relations: { outbound_messages: 8192 * (index + 1), profiles: 8192 },
    };
  });
}

const trial = { intervals: [], plannedS: 7_200, counts: noCounts(), design: 'blocked_contacts' };

describe('the growth of a soak', () => {
  const found = (bytesPerHour: number) =>
    new Map(growthOf(trial, samples(bytesPerHour)).map((one) => [one.name, one]));

  it('is flat where nothing grows, and named with its cause where something does', () => {
    const level = found(0);
    assert.equal(level.get('memory of the generator')?.verdict, 'flat');
    assert.equal(level.get('dead rows')?.verdict, 'flat');
    assert.equal(level.get('profiles')?.verdict, 'flat');
    assert.equal(level.get('open files of the generator')?.verdict, 'flat');
    const table = level.get('outbound_messages');
    assert.deepEqual([table?.verdict, table?.cause], ['grows', 'the load’s 0 messages']);
    assert.ok(Math.abs((table?.perHour?.value ?? 0) - 120 * 8192) < 1);
    const growing = found(1e6).get('memory of the generator');
    assert.deepEqual([growing?.verdict, growing?.cause], ['grows', 'not known']);
    assert.ok((growing?.perHour?.low ?? 0) > 0.8e6 && (growing?.perHour?.high ?? 0) < 1.2e6);
    assert.equal(found(-1e6).get('memory of the generator')?.verdict, 'falls');
  });

  it('is too short to tell of a few samples, and not told of what was not seen', () => {
    const few = growthOf(trial, samples(0).slice(0, 20));
    assert.ok(few.every(({ verdict }) => verdict === 'too short'));
    assert.ok(few.every(({ name }) => !name.includes('server')));
  });

  it('has the generator’s memory after two minutes beside that at the end', () => {
    const { memory } = memoryOf(samples(1e7), 7_200);
    assert.equal(memory?.earlyS, 180);
    assert.ok(Math.abs((memory?.ratio ?? 0) - 1.095) < 0.005, `${memory?.ratio}`);
    assert.deepEqual(memoryOf(samples(0).slice(0, 8), 7_200), {});
  });
});
