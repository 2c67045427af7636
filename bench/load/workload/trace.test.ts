import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { UserError } from '../../../db/cli/errors.ts';
import { TraceSchedule } from './arrivals.ts';
import { readTrace } from './read-trace.ts';
import { TracePart } from './trace.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-trace-'));
after(() => rmSync(folder, { recursive: true }));
const file = (lines: readonly string[]): string => {
  const path = join(folder, 'trace.csv');
  writeFileSync(path, ['To,From,Status,ErrorCode,SentDate,Direction,Body', ...lines].join('\n'));
  return path;
};
const line = (to: number, from: number, second: number, code = ''): string =>
  `+1202555${1_000 + to},+180055500${from},${code === '' ? 'delivered' : 'failed'},${code},2026-11-03T12:00:${String(second).padStart(2, '0')}Z,outbound,x`;
const read = async (lines: readonly string[], speed = 1) => {
  const said: string[] = [];
  const trace = await readTrace(file(lines), undefined, speed, (text) => said.push(text));
  return { trace, said };
};

describe('a trace', () => {
  it('is in the order of time from the first message on, and faster where that is asked for', async () => {
    const { trace } = await read(
      [line(1, 1, 30, '21610'), line(2, 1, 10), line(1, 2, 20, '30007')],
      10,
    );
    assert.deepEqual([...trace.atMs], [0, 1_000, 2_000]);
    const part = new TracePart(trace, 0, 1);
    // contacts are numbered as they come in the file
    assert.deepEqual(
      [0, 1, 2].map((index) => part.at(index)),
      [
        { atMs: 0, contact: 1, slot: 0, report: 'delivered' },
        { atMs: 1_000, contact: 0, slot: 1, report: 'filtered' },
        { atMs: 2_000, contact: 0, slot: 0, report: 'optedOut' },
      ],
    );
    assert.equal(part.at(3), undefined);
  });

  it('is shared out so that one worker has all of a contact', async () => {
    const lines = Array.from({ length: 40 }, (_, n) => line(n % 7, n % 3, n));
    const { trace } = await read(lines);
    const parts = [0, 1, 2].map((worker) => new TracePart(trace, worker, 3));
    const owners = new Map<number, Set<number>>();
    let messages = 0;
    for (const [worker, part] of parts.entries()) {
      for (let index = 0; part.at(index) !== undefined; index++) {
        const contact = part.at(index)?.contact ?? -1;
        owners.set(contact, (owners.get(contact) ?? new Set()).add(worker));
        messages++;
      }
    }
    assert.equal(messages, 40);
    assert.ok([...owners.values()].every(({ size }) => size === 1));
  });

  it('says what it leaves out', async () => {
    const timeless = line(1, 1, 1).replace(/2026[^,]*/, '');
    const many = Array.from({ length: 9 }, (_, n) => line(5, n, n + 2));
    const { trace, said } = await read([timeless, ...many]);
    assert.equal(trace.messages, 9);
    assert.match(said.join('; '), /^1 messages have no time .*; profiles beyond .* first 8/);
    assert.deepEqual([...trace.slot].slice(-2), [7, 7]);
  });

  it('is refused in one line where nothing has a time', async () => {
    await assert.rejects(
      read([line(1, 1, 1).replace(/2026[^,]*/, '')]),
      (error) => error instanceof UserError && /no message with a time/.test(error.message),
    );
  });
});

describe('the schedule of a trace', () => {
  it('has its arrivals, however late they are taken, until it ends', async () => {
    const { trace } = await read([0, 1, 1, 5, 9].map((second) => line(second, 1, second)));
    const schedule = new TraceSchedule(new TracePart(trace, 0, 1), 1_000, 1_000 + 6_000);
    assert.equal(schedule.backlog(999), 0);
    assert.equal(schedule.backlog(2_000), 3);
    assert.deepEqual([schedule.take(), schedule.take()], [1_000, 2_000]);
    assert.equal(schedule.backlog(60_000), 2);
    assert.deepEqual([schedule.take(), schedule.take()], [2_000, 6_000]);
    assert.equal(schedule.nextMs, Number.POSITIVE_INFINITY);
  });
});
