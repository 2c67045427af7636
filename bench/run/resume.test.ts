import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Lab } from '../../db/lab.ts';
import type { TestDatabase } from '../../db/testing/test-database.ts';
import { readResults } from '../results/read-results.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { runBench } from './run.ts';
import { createBenchLab } from './testing.ts';

let drop: () => Promise<void>;
let database: TestDatabase;
let lab: Lab;
let out: string;

before(async () => {
  ({ database, lab, out, drop } = await createBenchLab());
});

after(() => drop());

it('a sweep that was interrupted goes on where it was, and measures nothing twice', async () => {
  const sweep = (resume: boolean): BenchOptions =>
    readOptions({
      sweep: '2000,5000',
      designs: 'blocked_contacts,blocked_hash',
      scenarios: 'insert-not-durable',
      maxSeconds: 12,
      replace: true,
      out,
      run: 'swept',
      resume,
    });
  const interrupted = new Error('interrupted');
  await assert.rejects(
    runBench(lab, sweep(false), (what) => {
      if (what === '2 of 2, blocked_hash: checks') throw interrupted;
    }),
    interrupted,
  );
  await assert.rejects(
    runBench(lab, sweep(false), () => {}),
    /go on with it by --resume/,
  );
  const said: string[] = [];
  const folder = await runBench(lab, sweep(true), (what) => said.push(what));
  assert.deepEqual(
    said.filter((what) => /sweep|build/.test(what)),
    ['2 of 2, blocked_hash: build'],
  );
  const results = readResults(folder);
  assert.equal(results.resumedAt?.length, 1);
  assert.deepEqual(
    results.sweep.map(({ messages, designs }) => [messages, designs.map(({ name }) => name)]),
    [2_000, 5_000].map((messages) => [messages, ['blocked_contacts', 'blocked_hash']]),
  );
  for (const { status, checkNsPerRow, ratio } of results.sweep.flatMap((point) => point.designs)) {
    assert.equal(status, 'timed');
    assert.ok(checkNsPerRow !== undefined && ratio !== undefined);
  }
  const { scaling } = results;
  assert.deepEqual(
    scaling?.sizes.map(({ rows }) => rows),
    [80, 200, 1_000],
  );
  for (const { lookup, probe } of scaling?.sizes ?? []) {
    assert.ok(lookup.ratio.low > 0 && lookup.ratio.high < 10);
    assert.ok(probe.ns.value < lookup.ns.value);
  }
  const client = await database.connect();
  const { rows: left } = await client.query(
    `select to_regnamespace('optout_lab_scaling') as schema`,
  );
  await client.end();
  assert.deepEqual(left, [{ schema: null }]);
  await assert.rejects(
    runBench(lab, sweep(true), () => {}),
    /no unfinished run/,
  );
});
