import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, it } from 'node:test';
import { UserError } from '../../db/cli/errors.ts';
import { isUnfinished, type Journal, openJournal } from './journal.ts';

const parent = mkdtempSync(join(tmpdir(), 'optout-journal-'));
after(() => rmSync(parent, { recursive: true }));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(parent, 'run-'));
});

const options = { messages: 5_000, designs: ['blocked_contacts'] };
const start = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-01T01:00:00Z');

it('a piece is measured once, also by the run that goes on', async () => {
  let measured = 0;
  const measure = async (): Promise<{ rows: number }> => ({ rows: ++measured });
  const first = openJournal(folder, start, options);
  assert.deepEqual(await first.once('index probe', measure), { rows: 1 });
  assert.deepEqual(await first.once('index probe', measure), { rows: 1 });

  const second = openJournal(folder, later, options);
  assert.deepEqual(await second.once('index probe', measure), { rows: 1 });
  assert.deepEqual(await second.once('another', measure), { rows: 2 });
  assert.deepEqual([second.startedAt, second.resumedAt], [start, [later]]);
});

it('a piece that failed is not kept', async () => {
  const journal = openJournal(folder, start, options);
  await assert.rejects(journal.once('index probe', () => Promise.reject(new Error('no'))));
  assert.equal(await isKept(openJournal(folder, later, options), 'index probe'), false);
});

it('a line that was cut by the kill is measured again, and what follows it is kept', async () => {
  await openJournal(folder, start, options).once('index probe', async () => 1);
  appendFileSync(join(folder, 'unfinished.jsonl'), '{"name":"cut","val');
  await openJournal(folder, later, options).once('after', async () => 3);

  const third = openJournal(folder, later, options);
  const kept: boolean[] = [];
  for (const name of ['index probe', 'cut', 'after']) kept.push(await isKept(third, name));
  assert.deepEqual(kept, [true, false, true]);
});

it('other options are refused, and the journal stays', async () => {
  await openJournal(folder, start, options).once('index probe', async () => 1);
  const before = readFileSync(join(folder, 'unfinished.jsonl'), 'utf8');
  assert.throws(() => openJournal(folder, later, { ...options, messages: 6_000 }), UserError);
  assert.equal(readFileSync(join(folder, 'unfinished.jsonl'), 'utf8'), before);
});

it('a journal is empty until a piece is finished', async () => {
  const journal = openJournal(folder, start, options);
  assert.equal(journal.isEmpty(), true);
  await journal.once('index probe', async () => 1);
  assert.equal(journal.isEmpty(), false);
  assert.equal(openJournal(folder, later, options).isEmpty(), false);
});

it('a finished run has no journal', () => {
  const journal = openJournal(folder, start, options);
  assert.equal(isUnfinished(folder), true);
  journal.finish();
  assert.equal(isUnfinished(folder), false);
});

async function isKept(journal: Journal, name: string): Promise<boolean> {
  let isMeasured = false;
  await journal.once(name, async () => {
    isMeasured = true;
    return 0;
  });
  return !isMeasured;
}
