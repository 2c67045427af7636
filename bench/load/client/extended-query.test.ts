import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { connect } from '../../../db/connect.ts';
import { listen, portOf } from '../../../db/testing/free-port.ts';
import { newReadingSocket } from './reading-socket.ts';

describe('the socket of a load’s session', () => {
  it('gives one reader after another what came, from the same memory', async () => {
    const server = await listen(0);
    const { socket, readTo } = newReadingSocket();
    try {
      const emitted = once(socket, 'data');
      const [[peer]] = await Promise.all([
        once(server, 'connection'),
        socket.connect(portOf(server)),
      ]);
      peer.write('first');
      assert.equal(String((await emitted)[0]), 'first');
      const memory: ArrayBufferLike[] = [];
      for (const text of ['second', 'third']) {
        const read = new Promise<Buffer>((resolve) => readTo(resolve));
        peer.write(text);
        const bytes = await read;
        assert.equal(String(bytes), text);
        memory.push(bytes.buffer);
      }
      assert.equal(memory[0], memory[1]);
      peer.destroy();
    } finally {
      socket.destroy();
      server.close();
    }
  });

  it('is left aside where the URL asks for TLS, which cannot read through it', async () => {
    const server = await listen(0);
    server.on('connection', (peer) => peer.once('data', () => peer.end('N')));
    const { socket } = newReadingSocket();
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
