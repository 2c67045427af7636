import assert from 'node:assert/strict';
import { linkSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { fuzzed, hostileJson, readOrRefused, typedText } from '../../db/testing/fuzz.ts';
import { openJournal } from './journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-journal-fuzz-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'unfinished.jsonl');
const options = { designs: ['blocked_contacts'], note: 'é' };
const startedAt = new Date('2026-01-01T00:00:00Z');

/** A journal of two pieces. */
async function written(): Promise<Buffer> {
  rmSync(file, { force: true });
  const journal = openJournal(folder, startedAt, options);
  await journal.once('first', async () => ({ value: 1, text: 'ü' }));
  await journal.once('second', async () => [2, 'two']);
  return readFileSync(file);
}

describe('a journal', () => {
  it('that was cut at any byte keeps every piece that was whole, or is refused in one line', async () => {
    const whole = await written();
    const ends = [...whole.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(file, whole.subarray(0, length));
      const journal = readOrRefused(() => openJournal(folder, new Date(), options));
      const lines = ends.filter((end) => end <= length).length;
      assert.equal(journal === undefined, lines === 0, `cut at byte ${length}`);
      if (journal === undefined) {
        // nothing was lost in the refusal
        assert.deepEqual(readFileSync(file), whole.subarray(0, length));
        continue;
      }
      const found = [
        await journal.once('first', async () => 'anew'),
        await journal.once('second', async () => 'anew'),
      ];
      const kept = [{ value: 1, text: 'ü' }, [2, 'two']].slice(0, lines - 1);
      assert.deepEqual(found, [...kept, 'anew', 'anew'].slice(0, 2), `cut at byte ${length}`);
    }
  });

  it('is put in place whole when a run goes on: at no moment is there less of it', async () => {
    const whole = await written();
    const before = join(folder, 'before');
    linkSync(file, before);
    openJournal(folder, new Date(), options);
    assert.deepEqual(readFileSync(before), whole, 'what was there was cut before it was written');
    rmSync(before);
  });

  it('with any lines goes on, or is refused in one line', () => {
    const line = fc.oneof(
      hostileJson().map((value) => JSON.stringify(value)),
      fc.record({ name: typedText(), value: hostileJson() }).map((value) => JSON.stringify(value)),
      fc.record({ resumedAt: hostileJson() }).map((value) => JSON.stringify(value)),
      typedText(),
    );
    const head = fc.oneof(
      line,
      fc
        .record({ startedAt: hostileJson(), options: fc.constant(options) })
        .map((value) => JSON.stringify(value)),
      fc.constant(JSON.stringify({ startedAt: startedAt.toISOString(), options })),
    );
    fc.assert(
      fc.property(head, fc.array(line, { maxLength: 4 }), (first, rest) => {
        writeFileSync(file, [first, ...rest, ''].join('\n'));
        const journal = readOrRefused(() => openJournal(folder, new Date(), options));
        if (journal === undefined) return;
        for (const time of [journal.startedAt, ...journal.resumedAt]) time.toISOString();
        readOrRefused(() => openJournal(folder, new Date(), options)); // what it wrote it reads
      }),
      fuzzed(500),
    );
  });
});
