import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { executionOf, parseOf, readAnswers, type StatementAnswer } from './messages.ts';

/** A message of the server, as the manual's "Message Formats" has it. */
function message(type: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const ready = message('Z', 'I');
const bound = message('2');
const oneRow = message('D', Buffer.from([0, 1, 0, 0, 0, 1]), 'x');
const completed = message('C', 'INSERT 0 1\0');
const refused = message('E', 'SERROR\0', 'VERROR\0', 'COPTED\0', 'Mé: refused\0', 'DZ\0', '\0');
const notice = (length: number): Buffer =>
  message('N', 'SNOTICE\0', 'C00000\0', `M${'ü'.repeat(length)}\0`, '\0');

const conversation = Buffer.concat([
  ...[message('1'), ready], // a Parse
  ...[bound, completed, ready],
  ...[bound, notice(20), oneRow, oneRow, completed, ready],
  ...[bound, refused, ready],
  ...[message('E', 'C42601\0', 'Msyntax\0', '\0'), ready], // of a Parse
  ...[bound, completed, ready],
]);
const answers: readonly StatementAnswer[] = [
  { kind: 'done', rows: 0 },
  { kind: 'done', rows: 0 },
  { kind: 'done', rows: 2 },
  { kind: 'error', sqlState: 'OPTED', message: 'é: refused' },
  { kind: 'error', sqlState: '42601', message: 'syntax' },
  { kind: 'done', rows: 0 },
];

function answersTo(chunks: Iterable<Buffer>): readonly StatementAnswer[] {
  const stream = new PassThrough();
  const found: StatementAnswer[] = [];
  readAnswers(
    stream,
    (answer) => found.push(answer),
    (error) => assert.fail(String(error)),
  );
  // as they come from a socket: emitted, not buffered
  for (const chunk of chunks) stream.emit('data', Buffer.from(chunk));
  return found;
}

function pieces(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

describe('answers of the server', () => {
  it('are the same wherever they are split', () => {
    for (let at = 0; at <= conversation.length; at++) {
      const halves = [conversation.subarray(0, at), conversation.subarray(at)];
      assert.deepEqual(answersTo(halves), answers, `split at byte ${at}`);
    }
  });

  it('are the same where they come in pieces of any size', () => {
    for (let size = 1; size <= conversation.length; size++) {
      assert.deepEqual(answersTo(pieces(conversation, size)), answers, `pieces of ${size}`);
    }
  });

  it('may be longer than what is read at once', () => {
    const long = Buffer.concat([bound, notice(40_000), completed, ready, bound, refused, ready]);
    for (const size of [1_000, 16_384, 65_536]) {
      assert.deepEqual(answersTo(pieces(long, size)), [answers[1], answers[3]]);
    }
  });

  it('do not carry an error, or rows, over into the next one', () => {
    const sequence = [bound, oneRow, refused, ready, bound, completed, ready];
    assert.deepEqual(answersTo(sequence).at(-1), { kind: 'done', rows: 0 });
  });

  it('are not "done" where the wait for a standby was cancelled, in whatever language that is said', () => {
    const cancelled = (routine: string): Buffer =>
      message('N', 'SWARNUNG\0', 'VWARNING\0', 'C01000\0', 'Mstorniere\0', `R${routine}\0`, '\0');
    // as the server sends it: the commit comes after the statement's end, with the Sync
    const sequence = [bound, completed, cancelled('SyncRepWaitForLSN'), ready];
    assert.deepEqual(answersTo([...sequence, bound, completed, ready]), [
      { kind: 'unconfirmed', rows: 0 },
      { kind: 'done', rows: 0 },
    ]);
    assert.deepEqual(answersTo([bound, completed, cancelled('elsewhere'), ready]), [answers[1]]);
  });

  it('leave the last word of a server that hangs up', () => {
    const stream = new PassThrough();
    const reader = readAnswers(
      stream,
      () => assert.fail(),
      () => assert.fail(),
    );
    assert.equal(reader.lastWord(), undefined);
    stream.emit('data', message('E', 'SFATAL\0', 'C57P01\0', 'Mit ends\0', '\0'));
    assert.deepEqual(reader.lastWord(), { sqlState: '57P01', message: 'it ends' });
  });

  it('that are of no known kind are no answer', () => {
    assert.throws(() => answersTo([message('?', 'x'), ready]), /speaks another protocol/);
  });
});

/** What a Bind message says, read without pg-protocol. */
function readBind(bytes: Buffer) {
  assert.equal(bytes.toString('latin1', 0, 1), 'B');
  const end = 1 + bytes.readInt32BE(1);
  let at = 5;
  const text = (): string => {
    const zero = bytes.indexOf(0, at);
    const found = bytes.toString('utf8', at, zero);
    at = zero + 1;
    return found;
  };
  const short = (): number => {
    at += 2;
    return bytes.readInt16BE(at - 2);
  };
  const portal = text();
  const statement = text();
  const formats = Array.from({ length: short() }, short);
  const values = Array.from({ length: short() }, () => {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length === -1) return null;
    at += length;
    return bytes.toString('utf8', at - length, at);
  });
  const results = Array.from({ length: short() }, short);
  assert.equal(at, end);
  return { portal, statement, formats, values, results, rest: bytes.subarray(end) };
}

describe('an execution', () => {
  const executeAndSync = Buffer.from('E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04', 'latin1');

  it('binds texts, bytes and nulls, and asks for all rows in one piece', () => {
    const { rest, ...bind } = readBind(executionOf('send', ['é', null, Buffer.from('ß'), '']));
    assert.deepEqual(bind, {
      portal: '',
      statement: 'send',
      formats: [0, 0, 1, 0],
      values: ['é', null, 'ß', ''],
      results: [0],
    });
    assert.deepEqual(rest, executeAndSync);
  });

  it('grows with its parameters, and leaves no trace of a long one in the next', () => {
    for (let length = 0; length < 1_200; length++) {
      const values = ['ä'.repeat(length), Buffer.alloc(length, 'b'), 'last'];
      const { rest, ...bind } = readBind(executionOf('send', values));
      assert.deepEqual(bind.values, values.map(String), `of ${length}`);
      assert.deepEqual(rest, executeAndSync);
    }
    const long = 'a'.repeat(1_000_000);
    assert.deepEqual(readBind(executionOf('send', [long, 'x'])).values, [long, 'x']);
    assert.deepEqual(readBind(executionOf('send', ['x'])).values, ['x']);
  });

  it('is of a statement that was parsed with the types that the server finds', () => {
    assert.deepEqual(parseOf('send', 'select $1'), message('P', 'send\0select $1\0\0\0'));
  });
});
