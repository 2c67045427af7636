import assert from 'node:assert/strict';
import { getDefaultHighWaterMark, setDefaultHighWaterMark } from 'node:stream';
import { describe, it } from 'node:test';
import { createDataSet, defaultDataSet } from '../data-set/data-set.ts';
import { CopySource } from '../encode/copy-source.ts';
import { createTestLab } from '../testing/lab.ts';
import { summariseTable } from '../verify/table-summary.ts';
import { sendRows } from './send-rows.ts';

/** Does something while sockets buffer so many bytes before they ask to wait. */
async function withBuffered(bytes: number, work: () => Promise<void>): Promise<void> {
  const before = getDefaultHighWaterMark(false);
  setDefaultHighWaterMark(false, bytes);
  try {
    await work();
  } finally {
    setDefaultHighWaterMark(false, before);
  }
}

describe('rows on their way', () => {
  // Node's default up to version 20, and from 22 on: more than a chunk.
  for (const buffered of [16 * 1_024, 64 * 1_024]) {
    it(`are not overwritten in a socket that buffers ${buffered} bytes`, () =>
      withBuffered(buffered, async () => {
        await using lab = await createTestLab();
        const client = await lab.connect();
        assert.equal(client.connection.stream.writableHighWaterMark, buffered);
        const dataSet = createDataSet({ ...defaultDataSet, messages: 100_000 });
        const source = new CopySource(dataSet, 'outbound_messages');
        await client.query(`
          alter table outbound_messages disable trigger user;
          alter table outbound_messages drop constraint outbound_messages_profile_id_fkey;
          begin;
          truncate outbound_messages cascade`);
        await sendRows(client, source, 'outbound_messages');
        const found = await summariseTable(client, 'outbound_messages');
        assert.deepEqual(found, source.summary());
        await client.end();
      }));
  }

  it('are refused where a socket would buffer more than the chunks in between', () =>
    withBuffered(64 * 1_024, async () => {
      await using lab = await createTestLab();
      const client = await lab.connect();
      const dataSet = createDataSet({ ...defaultDataSet, messages: 10 });
      const source = new CopySource(dataSet, 'profiles', { chunkBytes: 32 * 1_024 });
      await assert.rejects(
        sendRows(client, source, 'profiles'),
        /chunks of 24576 bytes, in a socket that buffers 65536/,
      );
      await client.end();
    }));
});

describe('rows that the server refuses while more are on their way', () => {
  it('fail with what the server says, every time, and the connection goes on', async () => {
    await using lab = await createTestLab();
    const client = await lab.connect();
    const dataSet = createDataSet({ ...defaultDataSet, messages: 40_000 });
    await client.query('create table refusing (like outbound_messages, check (to_number is null))');
    // Whether rows still wait in Node when the refusal arrives is a matter of microseconds.
    for (let attempt = 0; attempt < 20; attempt++) {
      await client.query('begin; truncate refusing');
      const source = new CopySource(dataSet, 'outbound_messages');
      await assert.rejects(sendRows(client, source, 'refusing'), /violates check constraint/);
      await client.query('rollback');
    }
    const { rows } = await client.query('select 1 as one');
    assert.deepEqual(rows, [{ one: 1 }]);
    await client.end();
  });
});

describe('a source that fails on the way', () => {
  it('leaves a connection that goes on, and no row', async () => {
    await using lab = await createTestLab();
    const client = await lab.connect();
    const dataSet = createDataSet({ ...defaultDataSet, messages: 10_000 });
    await client.query('create table emptied (like outbound_messages)');
    for (const goodChunks of [0, 1, 5]) {
      const source = new CopySource(dataSet, 'outbound_messages');
      const fill = source.fill.bind(source);
      let chunks = 0;
      source.fill = (chunk) => {
        if (chunks++ === goodChunks) throw new Error('nothing comes next');
        return fill(chunk);
      };
      await client.query('begin; truncate emptied');
      await assert.rejects(sendRows(client, source, 'emptied'), /nothing comes next/);
      await client.query('rollback');
    }
    const { rows } = await client.query('select count(*)::integer as found from emptied');
    assert.deepEqual(rows, [{ found: 0 }]);
    await client.end();
  });
});
