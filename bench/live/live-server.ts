import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { onInterrupt } from '../../db/cli/command.ts';
import { messageOf, UserError } from '../../db/cli/errors.ts';

/** A page on this machine alone that follows what a command does. */
export interface LiveServer extends AsyncDisposable {
  readonly url: string;
  /** Tells every page that is open, and those that are opened later, of something that happened. */
  send(event: string, data: unknown): void;
  /** Puts the finished report in the page's place, everywhere it is open. */
  finish(reportHtml: string): Promise<void>;
}

/** So long a browser is given to fetch the report. */
const lastLookMs = 2_000;

/**
 * Serves a page on the loopback address, and what is sent to it as server-sent events. Only a browser on
 * this machine gets in: another Host than this address (a name that a stranger's page made to lead here) is
 * refused, and nothing can be changed through it.
 *
 * @param port 0 for any that is free
 * @throws UserError where the port is taken
 */
export async function startLiveServer(pageHtml: string, port: number): Promise<LiveServer> {
  const events: string[] = [];
  const listeners = new Set<ServerResponse>();
  let report: string | undefined;
  let fetched: () => void = () => {};
  const server = createServer((request, response) => {
    if (!isFromHere(request, server)) {
      answer(response, 403, 'text/plain', 'only this machine, by its own address\n');
    } else if (request.method !== 'GET') {
      answer(response, 405, 'text/plain', 'only to be read\n');
    } else if (request.url === '/') {
      if (report !== undefined) fetched();
      answer(response, 200, 'text/html', report ?? pageHtml);
    } else if (request.url === '/events') {
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
      response.write(events.join(''));
      listeners.add(response);
      response.on('close', () => listeners.delete(response));
    } else answer(response, 404, 'text/plain', 'not here\n');
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new UserError(`--live cannot listen on port ${port}: ${messageOf(error)}`);
  }
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
  };
  const forget = onInterrupt(close);
  const send = (event: string, data: unknown): void => {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    events.push(text);
    for (const response of listeners) response.write(text);
  };
  return {
    url: `http://${hostOf(server)}/`,
    send,
    finish: async (reportHtml) => {
      report = reportHtml;
      if (listeners.size === 0) return;
      const looked = new Promise<void>((resolve) => {
        fetched = resolve;
      });
      send('finished', {});
      await Promise.race([looked, delay(lastLookMs)]);
      await delay(100); // until it has been read
    },
    [Symbol.asyncDispose]: async () => {
      forget();
      await close();
    },
  };
}

const headers = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...headers, 'content-type': `${type}; charset=utf-8` });
  response.end(text);
}

function hostOf(server: Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function isFromHere(request: IncomingMessage, server: Server): boolean {
  const host = hostOf(server);
  const origin = request.headers.origin;
  return request.headers.host === host && (origin === undefined || origin === `http://${host}`);
}
