import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { designNamed } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { ensureSeeded } from '../database/ensure-seeded.ts';
import { type BenchReservation, reserveForBench } from '../database/reservation.ts';
import type { Workbench } from '../database/workbench.ts';
import type { Arm } from '../results/results.ts';
import { readOptions } from '../run/options.ts';
import { insertNotDurable } from '../scenarios/insert-not-durable.ts';
import { measureScenario } from './measure-scenario.ts';

let database: TestDatabase;
let reservation: BenchReservation;
let bench: Workbench;

before(async () => {
  database = await createTestDatabase();
  const client = await database.connect();
  const { rows } = await client.query<{ major: number }>(
    "select current_setting('server_version_num')::integer / 10000 as major",
  );
  await client.end();
  const major = rows[0]?.major;
  assert.ok(major !== undefined);
  const lab: Lab = {
    url: database.url,
    server: { kind: 'external', url: database.url, givenUrl: database.url, close: async () => {} },
    major,
    connect: () => database.connect(),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  const options = readOptions({ scale: '5000' });
  const { messages, seed } = options;
  const dataSet = await ensureSeeded(lab, { messages, seed, replace: false });
  reservation = await reserveForBench(lab);
  bench = { ...options, reservation, major, dataSet, runStartedMs: performance.now() };
});

after(async () => {
  await reservation.close();
  await database.drop();
});

/** The first arm of each pair. The interval is looked at after every pair, and the first that means anything ends it. */
async function order(seed: number, bootstrapResamples: number): Promise<readonly Arm[]> {
  const method = {
    ...bench.method,
    minimumPairs: 1,
    pairsBetweenLooks: 1,
    wantedHalfWidth: Infinity,
  };
  const { blocks, stoppedBecause } = await measureScenario(
    { ...bench, seed, method: { ...method, bootstrapResamples } },
    designNamed('blocked_contacts'),
    { ...insertNotDurable, blockMs: 2 },
    600,
  );
  assert.equal(stoppedBecause, 'precise enough');
  return blocks.filter(({ order: at }) => at % 2 === 0).map(({ arm }) => arm);
}

test('the seed fixes the order of the arms, however often intervals are drawn in between', async () => {
  const [once, again, other] = [await order(1, 10), await order(1, 11), await order(2, 10)];
  const pairs = Math.min(once.length, again.length, other.length);
  assert.ok(pairs >= 7);
  assert.deepEqual(once.slice(0, pairs), again.slice(0, pairs));
  assert.notDeepEqual(once.slice(0, pairs), other.slice(0, pairs));
});
