import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Lab } from '../../db/lab.ts';
import type { TestDatabase } from '../../db/testing/test-database.ts';
import { commitsAreDurable } from '../environment/durability.ts';
import { readResults } from '../results/read-results.ts';
import { readOptions } from './options.ts';
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

it('where commits do not wait for the disk by default, a durable scenario waits all the same', async () => {
  const client = await database.connect();
  const change = (to: string): Promise<unknown> =>
    client.query(`alter database ${client.escapeIdentifier(database.name)} ${to}`);
  await change('set synchronous_commit = off');
  try {
    const wanted = readOptions({
      ...{ scale: '5000', designs: 'blocked_contacts', scenarios: 'insert-durable' },
      ...{ maxSeconds: 1, replace: true, out, run: 'unsafe' },
    });
    const results = readResults(await runBench(lab, wanted, () => {}));
    const [scenario] = results.designs[0]?.scenarios ?? [];
    assert.equal(scenario?.name, 'insert-durable');
    assert.equal(scenario.durable, true);
  } finally {
    await change('reset synchronous_commit');
    await client.end();
  }
});

it('a session whose commits do not wait for the disk is not taken for durable', async () => {
  const client = await database.connect();
  try {
    assert.equal(await commitsAreDurable(client), true);
    await client.query('set synchronous_commit = off');
    assert.equal(await commitsAreDurable(client), false);
  } finally {
    await client.end();
  }
});
