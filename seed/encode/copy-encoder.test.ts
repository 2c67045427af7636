import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { formatUuid } from '../data-set/uuid-v7.ts';
import {
  copyHeader,
  copyRow,
  copyTrailer,
  integerField,
  nullField,
  textField,
  uuidField,
} from './copy-encoder.ts';

interface Row {
  readonly text: string | null;
  readonly uuid: string | null;
  readonly integer: number | null;
}

const hexDigits = fc.array(fc.nat({ max: 15 }), { minLength: 32, maxLength: 32 });
const uuids = fc
  .oneof(
    hexDigits.map((digits) => digits.map((digit) => digit.toString(16)).join('')),
    fc.constantFrom('0'.repeat(32), 'f'.repeat(32)),
  )
  .map(formatUuid);
const legalText = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
const rows: fc.Arbitrary<Row> = fc.record({
  text: fc.option(legalText),
  uuid: fc.option(uuids),
  integer: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
});

describe('binary COPY', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    client = await database.connect();
    await client.query(
      'create temporary table copied (position serial, text text, uuid uuid, integer integer)',
    );
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  it('brings back any legal text, null, uuid and integer unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { maxLength: 20 }), async (sent) => {
        await client.query('truncate copied');
        await pipeline(
          Readable.from([encode(sent)]),
          client.query(
            copyStreams.from('copy copied (text, uuid, integer) from stdin (format binary)'),
          ),
        );
        const { rows: found } = await client.query(
          'select text, uuid, integer from copied order by position',
        );
        assert.deepEqual(
          found.map((row) => ({ ...row })),
          sent.map((row) => ({ ...row })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('refuses text that PostgreSQL cannot store, before anything is sent', () => {
    for (const text of ['\0', 'a\0b', '\ud800', 'x\udc00y', '\udc00\ud800']) {
      assert.throws(() => textField(text), RangeError);
    }
    assert.equal(textField('😀').length, 4 + 4);
  });

  it('refuses what is no uuid and what is no 32-bit integer', () => {
    assert.throws(() => uuidField('not-a-uuid'), RangeError);
    assert.throws(() => integerField(2 ** 31), RangeError);
    assert.throws(() => integerField(0.5), RangeError);
  });
});

function encode(sent: readonly Row[]): Buffer {
  const encoded = sent.map(({ text, uuid, integer }) =>
    copyRow([
      text === null ? nullField : textField(text),
      uuid === null ? nullField : uuidField(uuid),
      integer === null ? nullField : integerField(integer),
    ]),
  );
  return Buffer.concat([copyHeader, ...encoded, copyTrailer]);
}
