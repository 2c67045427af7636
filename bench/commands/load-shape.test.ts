import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { summarise } from '../../seed/shape/summarise.ts';
import { tallyOf } from '../../seed/shape/testing/tally-of.ts';
import { readLoad } from '../load/results/read-load.ts';
import { readMix } from '../load/workload/mix.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-load-shape-'));
after(() => rmSync(folder, { recursive: true }));
let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const load = (run: string, ...more: readonly string[]) =>
  runCommandFile(
    'bench/commands/load.ts',
    ['--out', folder, '--run', run, '--clients', '4', '--drain', '600', ...more],
    { env: { DATABASE_URL: database.url } },
  );

describe('npm run load', () => {
  it('offers the mix of a shape', async () => {
    const contact = { messages: 4, delivered: 2, optedOut: 1, optOuts: 1, profiles: 2 };
    const shape = summarise(tallyOf(Array.from({ length: 100 }, () => contact)), {
      kind: 'database',
      server: '18.4',
      tables: 'lab',
    });
    const file = join(folder, 'shape.json');
    writeFileSync(file, JSON.stringify(shape));
    const { exitCode, stderr, stdout } = await load(
      'shape',
      ...['--shape', file, '--rate', '200', '--duration', '2'],
    );
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /^verified: /m);
    const [trial] = readLoad(join(folder, 'shape')).trials;
    assert.equal(trial?.mix.name, 'shape');
    assert.equal(trial?.mix.optOutShare, 0.25);
  });

  it('sends a trace again: so many messages and opt-outs, and refuses what must be refused', async () => {
    // three profiles write to everybody, and are told to stop by every fifth; then a fourth writes
    const lines = Array.from({ length: 200 }, (_, n) => {
      const [contact, round] = [n % 50, Math.floor(n / 50)];
      const stops = contact % 5 === 0 && round < 3;
      const sent = new Date(Date.UTC(2026, 10, 3) + round * 20_000 + contact * 100).toISOString();
      return `+1202555${1_000 + contact},+1800555010${round},${stops ? 'failed' : 'delivered'},${stops ? 21610 : ''},${sent},outbound,x`;
    });
    const file = join(folder, 'trace.csv');
    writeFileSync(file, ['To,From,Status,ErrorCode,SentDate,Direction,Body', ...lines].join('\n'));
    const mix = { ...readMix('campaign'), delay: { kind: 'fixed', ms: 50 } };
    writeFileSync(join(folder, 'mix.json'), JSON.stringify(mix));
    const { exitCode, stderr, stdout } = await load(
      'trace',
      ...['--trace', file, '--speed', '10', '--mix', join(folder, 'mix.json')],
    );
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /^verified: 190 messages and 190 reports there/m);
    const [trial] = readLoad(join(folder, 'trace')).trials;
    assert.equal(trial?.mix.arrivals, 'trace');
    assert.match(trial?.mix.description ?? '', /^200 messages to 50 contacts, sent again 10 times/);
    // ten contacts were blocked by their third report before the fourth message, two seconds later
    assert.equal(trial?.counts.refused, 10);
    assert.equal(trial?.counts.optedOut, 30);
    assert.equal(trial?.counts.delivered, 160);
  });
});
