import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { currentDesign } from '../../db/designs.ts';
import { ensureSeeded } from '../database/ensure-seeded.ts';
import { type BenchReservation, reserveForBench } from '../database/reservation.ts';
import type { Workbench } from '../database/workbench.ts';
import { syntheticResults } from '../report/testing/synthetic-results.ts';
import type { Journal } from '../results/journal.ts';
import type { DesignResult } from '../results/results.ts';
import { readOptions } from './options.ts';
import { type BenchLab, createBenchLab } from './testing.ts';
import { timeSlowAgain } from './time-again.ts';

/** Five designs, of which the last two are timed again; the others only say what is usual. */
const names = [
  'row_security',
  'when_clause',
  'blocked_hash',
  'hash_beside_key',
  'blocked_contacts',
];

describe('what was timed while the machine was slower', () => {
  let made: BenchLab;
  let reservation: BenchReservation;
  let bench: Workbench;
  const options = readOptions({
    scale: '5000',
    designs: names.join(','),
    scenarios: 'insert-not-durable,bulk-1000',
    maxSeconds: 10,
  });
  before(async () => {
    made = await createBenchLab();
    const { messages, seed } = options;
    const dataSet = await ensureSeeded(made.lab, { messages, seed, replace: false });
    reservation = await reserveForBench(made.lab);
    const { major } = made.lab;
    bench = { ...options, reservation, major, dataSet, runStartedMs: performance.now() };
  });
  after(async () => {
    await reservation.close();
    await made.drop();
  });

  /** Results whose statement takes so long without the check: the last two twice as long. */
  function results(usualNs: number, buildMs = 0): readonly DesignResult[] {
    const [any] = syntheticResults().designs;
    const scenario = any?.scenarios.find(({ name }) => name === 'one_row');
    assert.ok(any !== undefined && scenario?.paired !== undefined);
    const { paired } = scenario;
    return names.map((name, index) => {
      const baselineNs = usualNs * (index < 3 ? 1 : 2);
      const own = { ...scenario, name: 'insert-not-durable', paired: { ...paired, baselineNs } };
      const { buildMs: _, ...built } = any;
      // the default is the schema, and is not built
      return name === 'blocked_contacts'
        ? { ...built, name, scenarios: [own] }
        : { ...built, name, buildMs, scenarios: [own] };
    });
  }

  /** Which pieces were timed again, and what came of them. */
  async function again(
    before: readonly DesignResult[],
  ): Promise<{ readonly pieces: readonly string[]; readonly now: readonly DesignResult[] }> {
    const pieces: string[] = [];
    const journal: Journal = {
      startedAt: new Date(),
      resumedAt: [],
      async once(name, measure) {
        pieces.push(name);
        return measure();
      },
      isEmpty: () => false,
      finish() {},
    };
    const run = { lab: made.lab, options, journal, progress: () => {}, onFigure: () => {} };
    return { now: await timeSlowAgain(run, bench, before), pieces };
  }
  const slowBefore = (designs: readonly DesignResult[]): readonly unknown[] =>
    designs.map(({ scenarios: [one] }) => one?.slowBefore);

  it('is timed again, the design built anew, and the figure of the faster machine stays', async () => {
    const { pieces, now } = await again(results(1e12)); // any machine is faster
    assert.deepEqual(pieces, ['design blocked_contacts, again', 'design hash_beside_key, again']);
    assert.deepEqual(slowBefore(now), [undefined, undefined, undefined, 2, 2]);
    for (const { scenarios } of now.slice(3)) {
      const [one] = scenarios;
      assert.ok(one?.paired !== undefined && one.paired.baselineNs < 1e12 && one.paired.pairs > 0);
      assert.deepEqual(
        one.arms.map(({ arm }) => arm),
        ['treatment', 'control'],
      );
    }
    assert.equal((await currentDesign(reservation.admin))?.name, 'hash_beside_key');
  });

  it('keeps its figure where the machine was no faster', async () => {
    const before = results(1); // no machine is as fast
    const { pieces, now } = await again(before);
    assert.equal(pieces.length, 2);
    assert.deepEqual(now, before);
  });

  it('is left where building it takes more than a quarter of the time for all', async () => {
    const { pieces } = await again(results(1e12, 3_600_000));
    assert.deepEqual(pieces, ['design blocked_contacts, again']);
  });
});
