import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSql } from '../../db/sql.ts';
import { createTestLab, seedQuietly } from '../testing/lab.ts';
import { verifyDatabase } from '../verify/verify.ts';
import { describeDatabase } from './database/describe-database.ts';
import { differences } from './differences.ts';
import { follow } from './follow.ts';
import type { Shape } from './shape.ts';

const whole = { mapping: undefined, sampleMessages: 1_000_000, timeoutMs: 600_000 } as const;
const expected = { messages: undefined, seed: undefined, ordinaryReportShare: undefined };

/** The shape of uneven traffic, of whose contacts with three profiles a share opted out of all. */
async function unevenShape(stopping: number): Promise<Shape> {
  await using lab = await createTestLab();
  const client = await lab.connect();
  try {
    await client.query(`set uneven.contacts = 6000; set uneven.stopping = ${stopping}`);
    await client.query(readSql(new URL('./testing/uneven_traffic.sql', import.meta.url)));
    return await describeDatabase(client, whole);
  } finally {
    await client.end();
  }
}

/** The shape of a data set that follows one, verified on the way. */
async function shapeOfSeeded(shape: Shape, messages: number): Promise<Shape> {
  await using lab = await createTestLab();
  const client = await lab.connect();
  try {
    await seedQuietly(lab, { messages, shape: follow(shape).dataSet });
    await verifyDatabase(lab, expected, () => {});
    return await describeDatabase(client, whole);
  } finally {
    await client.end();
  }
}

describe('a data set with a described shape', { concurrency: 2 }, () => {
  for (const [what, stopping] of [
    ['nobody is blocked', 0],
    ['some are blocked', 0.4],
    ['every third is blocked', 1],
  ] as const) {
    it(`has that shape: ${what}`, async () => {
      const wanted = await unevenShape(stopping);
      const found = await shapeOfSeeded(wanted, 40_000);
      assert.deepEqual(differences(wanted, found), []);
      if (stopping === 0) assert.equal(found.contacts.blocked.value, 0);
      else assert.ok(wanted.contacts.blocked.value > 0.03);
    });
  }

  it('is not like the lab’s own', async () => {
    const wanted = await unevenShape(0.2);
    await using lab = await createTestLab();
    const client = await lab.connect();
    try {
      await seedQuietly(lab, { messages: 20_000 });
      const lines = differences(wanted, await describeDatabase(client, whole));
      for (const what of [/^messages a contact/, /^blocked/, /^reports a message/, /^hour 12/]) {
        assert.ok(
          lines.some((line) => what.test(line)),
          `${what} in ${lines.join('; ')}`,
        );
      }
    } finally {
      await client.end();
    }
  });

  it('follows the lab’s own as well', async () => {
    await using lab = await createTestLab();
    const client = await lab.connect();
    let wanted: Shape;
    try {
      await seedQuietly(lab, { messages: 40_000 });
      wanted = await describeDatabase(client, whole);
    } finally {
      await client.end();
    }
    assert.deepEqual(differences(wanted, await shapeOfSeeded(wanted, 40_000)), []);
  });
});
