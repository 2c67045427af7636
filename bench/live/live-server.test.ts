import assert from 'node:assert/strict';
import { request } from 'node:http';
import { it } from 'node:test';
import { UserError } from '../../db/cli/errors.ts';
import { livePage } from './live-page.ts';
import { startLiveServer } from './live-server.ts';

/** What the server answers; of a stream what came until it was closed or `enough` of it. */
function ask(
  url: string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  enough: (text: string) => boolean = () => false,
): Promise<{ readonly status: number | undefined; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, options, (response) => {
      let text = '';
      const done = (): void => resolve({ status: response.statusCode, text });
      response.on('data', (data: Buffer) => {
        text += data.toString();
        if (enough(text)) {
          done();
          asked.destroy();
        }
      });
      response.on('close', done);
    });
    asked.on('error', reject);
    asked.end();
  });
}

it('serves the page, what was sent before and after it was opened, and at the end the report', async () => {
  await using live = await startLiveServer(livePage('bench', 'A bench, live'), 0);
  assert.match((await ask(live.url)).text, /<h1>A bench, live/);
  live.send('figures', { first: 1 });
  let opened: () => void = () => {};
  const isOpen = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const stream = ask(`${live.url}events`, {}, (text) => {
    opened();
    return text.includes('event: finished');
  });
  await isOpen;
  live.send('figures', { second: 2 });
  const finished = live.finish('<h1>the report</h1>');
  const { text } = await stream;
  assert.match(text, /event: figures\ndata: \{"first":1\}\n\nevent: figures\ndata: \{"second":2\}/);
  assert.equal((await ask(live.url)).text, '<h1>the report</h1>');
  await finished;
});

it('refuses other hosts, other origins and all that would change something', async () => {
  await using live = await startLiveServer('page', 0);
  const port = new URL(live.url).port;
  for (const [headers, status] of [
    [{ host: `attacker.example:${port}` }, 403],
    [{ host: `localhost:${port}` }, 403],
    [{ host: '127.0.0.1' }, 403],
    [{ origin: 'https://attacker.example' }, 403],
    [{ origin: `http://127.0.0.1:${port}` }, 200],
  ] as const) {
    assert.equal((await ask(live.url, { headers })).status, status, JSON.stringify(headers));
  }
  assert.equal((await ask(live.url, { method: 'POST' })).status, 405);
  assert.equal((await ask(`${live.url}../../etc/passwd`)).status, 404);
});

it('listens on the loopback address alone, and says in one line where it cannot', async () => {
  await using live = await startLiveServer('page', 0);
  assert.equal(new URL(live.url).hostname, '127.0.0.1');
  await assert.rejects(
    startLiveServer('page', Number(new URL(live.url).port)),
    (error) => error instanceof UserError && /--live cannot listen on port/.test(error.message),
  );
});
