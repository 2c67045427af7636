import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CopySource } from './copy-sources.ts';
import { createDataSet, defaultDataSet } from './data-set.ts';
import { sendRows } from './send-rows.ts';
import { createTestLab } from './testing/lab.ts';

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
