import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { TLSSocket } from 'node:tls';
import { portOf } from '../testing/free-port.ts';
import { connect } from './connect.ts';

const noOpenssl =
  spawnSync('openssl', ['version']).status !== 0 &&
  'no openssl on this machine, to make a certificate';

/** What a server sends to have the password as it is (manual: AuthenticationCleartextPassword). */
const askForPassword = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
/** … and to let somebody in who has shown nothing: AuthenticationOk, ReadyForQuery. */
const letIn = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

/* A server in the middle, with a certificate of its own. */
describe('a server that wants a login without channel binding', { skip: noOpenssl }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-binding-'));
  let server: Server;
  let answer: Buffer;
  let heard: string;

  before(async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=x'];
    const made = spawnSync('openssl', [...args, '-keyout', key, '-out', cert], {
      encoding: 'utf8',
    });
    assert.equal(made.status, 0, made.stderr);
    const options = { key: readFileSync(key), cert: readFileSync(cert), isServer: true };
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write('S'); // to SSLRequest: go on with TLS
        const secure = new TLSSocket(socket, options);
        secure.on('error', () => {});
        secure.once('data', () => secure.write(answer));
        secure.on('data', (data: Buffer) => {
          heard += data.toString('latin1');
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const login = (query: string): Promise<unknown> =>
    connect(`postgres://u:secret@127.0.0.1:${portOf(server)}/db?sslmode=require${query}`);

  for (const [what, bytes] of [
    ['asks for the password', askForPassword],
    ['lets everybody in', letIn],
  ] as const) {
    it(`is refused, and hears no password, where it ${what}`, async () => {
      answer = bytes;
      heard = '';
      await assert.rejects(
        login('&channel_binding=require'),
        /^UserError: the server offers no channel binding, which the URL requires$/,
      );
      assert.match(heard, /user\0u\0/);
      assert.doesNotMatch(heard, /secret/);
    });
  }

  it('hears it where the URL does not require it', async () => {
    answer = askForPassword;
    heard = '';
    const attempt = login('&connect_timeout=1');
    await assert.rejects(attempt, /timeout|no answer/);
    assert.match(heard, /secret/);
  });
});
