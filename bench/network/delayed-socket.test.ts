import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { connect } from '../../db/connection/connect.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { DelayedSocket } from './delayed-socket.ts';

describe('a socket at the end of a long line', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  it('lets no statement be answered before its round trip is over', async () => {
    for (const oneWayMs of [0.25, 1, 20]) {
      const client = await connect(database.url, 'far away', new DelayedSocket(oneWayMs));
      try {
        for (let trip = 0; trip < 20; trip++) {
          const begunMs = performance.now();
          await client.query('select 1');
          const tookMs = performance.now() - begunMs;
          assert.ok(tookMs >= 2 * oneWayMs, `${tookMs} ms for two ways of ${oneWayMs} ms`);
        }
      } finally {
        await client.end();
      }
    }
  });

  it('keeps what is sent and what comes whole and in order, to the end', async () => {
    const server = createServer({ allowHalfOpen: true }, (peer: Socket) => peer.pipe(peer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const socket = new DelayedSocket(3);
    socket.connect(address.port, '127.0.0.1');
    const sent = Array.from({ length: 200 }, (_, index) => `${index} ${'x'.repeat(index * 7)}\n`);
    for (const line of sent) socket.write(line);
    socket.end();
    const received: Buffer[] = [];
    socket.on('data', (data: Buffer) => received.push(data));
    await once(socket, 'end');
    assert.equal(Buffer.concat(received).toString(), sent.join(''));
    server.close();
  });
});
