import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fuzzed } from '../../db/testing/fuzz.ts';
import { readAnswers, type StatementAnswer } from './messages.ts';

/**
 * A message of a type that the server has no use for here, or none at all, with anything in it. No texts
 * that lack their end, and no lies about lengths: pg-protocol looks for the end for ever.
 */
const message = fc
  .record({
    type: fc.constantFrom(...'123nsIZKDGWcRdtvxyz\0'),
    body: fc.uint8Array({ maxLength: 30 }),
  })
  .map(({ type, body }) => {
    const head = Buffer.alloc(5);
    head.write(type, 'latin1');
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  });
const ready = Buffer.from('5a0000000549', 'hex');

describe('any bytes for answers of the server', () => {
  it('that are none of a server are told once, after the answers before them', () => {
    const stream = new PassThrough();
    const told: string[] = [];
    readAnswers(
      stream,
      ({ kind }) => told.push(kind),
      (error) => told.push(String(error)),
    );
    const unknownMessage = Buffer.from('0000000004', 'hex');
    stream.emit('data', Buffer.concat([ready, unknownMessage, ready]));
    stream.emit('data', ready);
    assert.equal(told.length, 2);
    assert.equal(told[0], 'done');
    assert.match(told[1] ?? '', /the server speaks another protocol/);
  });

  it('are read as answers or told to be none, once, and never thrown', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(message, fc.constant(ready)), { maxLength: 8 }), (messages) => {
        const stream = new PassThrough();
        const answers: StatementAnswer[] = [];
        const broken: unknown[] = [];
        readAnswers(
          stream,
          (answer) => answers.push(answer),
          (error) => broken.push(error),
        );
        for (const chunk of messages) stream.emit('data', chunk);
        assert.ok(broken.length <= 1);
        assert.ok(broken.every((error) => error instanceof Error));
        assert.ok(answers.every((each) => each.kind !== 'error' || each.sqlState !== undefined));
      }),
      fuzzed(2_000),
    );
  });
});
