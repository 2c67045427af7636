import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RandomSequence } from '../../data-set/counter-random.ts';
import { countSample } from './count-sample.ts';
import { ContactSample, type FileMessage, kinds } from './sample.ts';

const message = (contact: number, sender: number): FileMessage => ({
  number: `+1202${String(contact).padStart(7, '0')}`,
  sender: `sender ${sender}`,
  kind: kinds.none,
  sentMs: contact,
  bodyBytes: 10,
});

describe('a sample of contacts', () => {
  it('has everybody while there is room', () => {
    const sample = new ContactSample(100);
    for (let contact = 0; contact < 100; contact++) sample.add(message(contact, 1));
    assert.equal(sample.share, 1);
    assert.deepEqual([sample.contacts, sample.columns.rows], [100, 100]);
  });

  it('has all messages of a contact or none, and no more than it was to have', () => {
    const random = new RandomSequence(7);
    const sent = new Map<number, number>();
    const sample = new ContactSample(5_000);
    for (let n = 0; n < 100_000; n++) {
      const contact = random.below(20_000);
      sent.set(contact, (sent.get(contact) ?? 0) + 1);
      sample.add(message(contact, contact % 7));
    }
    const { rows, contact, sentMs, sender } = sample.columns;
    assert.equal(sample.share, 1 / 32);
    assert.ok(rows > 2_500 && rows <= 5_000, `${rows} rows`);
    const found = new Map<number, number>();
    const senders = new Map<number, number>();
    for (let row = 0; row < rows; row++) {
      const original = sentMs[row] ?? -1; // the time is the contact's number
      found.set(original, (found.get(original) ?? 0) + 1);
      // equal senders stayed equal, however often they were numbered anew
      const known = senders.get(original % 7);
      if (known === undefined) senders.set(original % 7, sender[row] ?? -1);
      else assert.equal(sender[row], known);
    }
    assert.equal(found.size, sample.contacts);
    assert.equal(new Set(contact.subarray(0, rows)).size, sample.contacts);
    assert.equal(new Set(senders.values()).size, 7);
    for (const [original, count] of found) assert.equal(count, sent.get(original));
    assert.ok(Math.abs(sample.contacts / (sent.size / 32) - 1) < 0.15);
  });

  it('lets a contact go that alone fills it, and has the others still', () => {
    const sample = new ContactSample(20);
    for (let n = 0; n < 21; n++) sample.add(message(1, 1));
    assert.equal(sample.contacts, 0);
    for (let contact = 0; contact < 1_000; contact++) sample.add(message(contact, 1));
    assert.ok(sample.contacts > 0);
  });

  it('takes no memory for those that come', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const taken = async (): Promise<readonly number[]> => {
      collectGarbage();
      await setImmediate(); // what arrays held is given back beside the program
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return [heapUsed, arrayBuffers];
    };
    const sample = new ContactSample(200_000);
    for (let contact = 0; contact < 1_000; contact++) sample.add(message(contact, contact));
    const [heap = 0, arrays = 0] = await taken();
    for (let contact = 1_000; contact < 500_000; contact++) sample.add(message(contact, contact));
    assert.ok(sample.contacts > 100_000);
    const [, arraysAfter = 0] = await taken();
    countSample(sample);
    const [heapAfter = 0] = await taken();
    assert.ok(heapAfter - heap < 2_000_000, `${heapAfter - heap} bytes of the heap`);
    assert.ok(arraysAfter - arrays < 100_000, `${arraysAfter - arrays} bytes of arrays`);
    assert.equal(sample.columns.rows, sample.contacts);
  });
});
