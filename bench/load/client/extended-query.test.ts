import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { connect } from '../../../db/connection/connect.ts';
import { listen, portOf } from '../../../db/testing/free-port.ts';
import { createTestDatabase, type TestDatabase } from '../../../db/testing/test-database.ts';
import type { Parameter } from '../../protocol/messages.ts';
import { type Answer, ExtendedQuerySession } from './extended-query.ts';
import { newReadingSocket } from './reading-socket.ts';

describe('the socket of a load’s session', () => {
  it('emits what came, and reads the next into the same memory', async () => {
    const server = await listen(0);
    const socket = newReadingSocket();
    try {
      const emitted: Buffer[] = [];
      socket.on('data', (bytes: Buffer) => emitted.push(bytes));
      const [[peer]] = await Promise.all([
        once(server, 'connection'),
        socket.connect(portOf(server)),
      ]);
      for (const text of ['first', 'second', 'third']) {
        const came = once(socket, 'data');
        peer.write(text);
        await came;
      }
      assert.deepEqual(emitted.map(String), ['first', 'second', 'third']);
      // copies in Node's pool, not the 64 kB each that a usual socket allocates
      assert.ok(emitted.every(({ buffer }) => buffer.byteLength === Buffer.poolSize));
      peer.destroy();
    } finally {
      socket.destroy();
      server.close();
    }
  });

  it('is left aside where the URL asks for TLS, which cannot read through it', async () => {
    const server = await listen(0);
    server.on('connection', (peer) => peer.once('data', () => peer.end('N')));
    const socket = newReadingSocket();
    try {
      const url = `postgres://somebody@127.0.0.1:${portOf(server)}/db`;
      await assert.rejects(connect(`${url}?sslmode=require`, 'test', socket), /SSL/);
      assert.equal(socket.bytesWritten, 0);
      await assert.rejects(connect(`${url}?sslmode=disable`, 'test', socket));
      assert.notEqual(socket.bytesWritten, 0);
    } finally {
      socket.destroy();
      server.close();
    }
  });
});

describe('a load’s session', () => {
  let database: TestDatabase;
  let session: ExtendedQuerySession;
  before(async () => {
    database = await createTestDatabase({ migrated: false });
    const client = await connect(database.url, 'test', newReadingSocket());
    await client.query('create table made (number integer primary key, said text)');
    session = new ExtendedQuerySession(client);
    const insert = 'insert into made values ($1, $2)';
    assert.deepEqual(await session.prepare('insert', insert), { kind: 'done', rows: 0 });
    await session.prepare('find', 'select from made where number = $1 and said = $2');
  });
  after(async () => {
    await session.end();
    await database.drop();
  });
  const execute = (name: string, ...values: readonly Parameter[]): Promise<Answer> =>
    new Promise((resolve) => session.execute(name, values, resolve));

  it('sends and finds texts and bytes of all lengths, longer than any buffer', async () => {
    for (const [number, length] of [0, 1, 300, 5_000, 70_000, 1_000_000].entries()) {
      const [text, bytes] = ['é'.repeat(length), Buffer.from('ü'.repeat(length))];
      assert.deepEqual(await execute('insert', `${2 * number}`, text), { kind: 'done', rows: 0 });
      await execute('insert', `${2 * number + 1}`, bytes);
      assert.deepEqual(await execute('find', `${2 * number}`, text), { kind: 'done', rows: 1 });
      assert.deepEqual(await execute('find', `${2 * number + 1}`, bytes), {
        kind: 'done',
        rows: 1,
      });
    }
  });

  it('answers with the server’s errors, of Parse, Bind and Execute, and goes on', async () => {
    const codes: string[] = [];
    for (const answer of [
      await session.prepare('wrong', 'selec'),
      await execute('insert', 'no number', null),
      await execute('insert', '0', 'twice'),
      await execute('not prepared'),
    ]) {
      codes.push(answer.kind === 'error' ? answer.sqlState : answer.kind);
    }
    assert.deepEqual(codes, ['42601', '22P02', '23505', '26000']);
    assert.deepEqual(await execute('insert', '99', null), { kind: 'done', rows: 0 });
  });

  it('answers `lost` where the server ends it, and to whatever is asked of it afterwards', async () => {
    const client = await connect(database.url, 'test', newReadingSocket());
    const ended = new ExtendedQuerySession(client);
    await ended.prepare('end', 'select pg_terminate_backend(pg_backend_pid())');
    const ask = (): Promise<Answer> => new Promise((resolve) => ended.execute('end', [], resolve));
    const answer = await ask();
    // its last words come without a ReadyForQuery, and are kept
    const lost = {
      kind: 'lost',
      sqlState: '57P01',
      message: 'terminating connection due to administrator command',
    };
    assert.deepEqual(answer, lost);
    assert.deepEqual(await ask(), lost);
    await ended.end();
  });
});
