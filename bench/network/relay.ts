import { once } from 'node:events';
import { lchownSync, mkdtempSync, rmSync } from 'node:fs';
import {
  createConnection,
  createServer,
  type NetConnectOpts,
  type Server,
  type Socket,
} from 'node:net';
import { join } from 'node:path';
import { isSocket, readAddress, urlOf } from '../../db/connection/address.ts';
import { defaultPort } from '../../db/server/cluster.ts';
import { DelayedSocket } from './delayed-socket.ts';

/** A client's connection, and that to the server behind it. */
interface Line {
  readonly client: Socket;
  readonly server: Socket;
}

/** What may become of a line, as networks do it. */
export type Fault =
  /** Both ends see the connection broken. */
  | 'cut'
  /** The server's next answer is lost, and the connection with it: what was asked may be done. */
  | 'answer lost'
  /** The client's end is closed in order, as if the server had ended; the server learns of it later. */
  | 'half closed'
  /** The next request never arrives, and the connection is lost. */
  | 'request lost';

/** How a relay is made. */
export interface RelayOptions {
  /** How long what is said takes to the other end; one way. What is on its way when a line is cut is lost. */
  readonly delayMs?: number;
  /** What the path of its folder begins with. */
  readonly below?: string;
  /** The account that may use it, where it is another one than ours. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * Stands between clients and a server, on a socket of its own, passes on what either says, and does to its
 * connections what networks do.
 */
export class Relay {
  readonly #listener: Server;
  readonly #folder: string;
  readonly #lines = new Set<Line>();
  readonly #armed = new Map<Line, Fault>();
  readonly #url: string;
  readonly #target: NetConnectOpts;
  readonly #delayMs: number;

  private constructor(listener: Server, folder: string, url: string, delayMs: number) {
    this.#listener = listener;
    this.#folder = folder;
    this.#url = withSocket(url, folder);
    this.#target = targetOf(url);
    this.#delayMs = delayMs;
    listener.on('connection', (client) => this.#accept(client));
  }

  /** Listens in a folder of its own: a socket's path must be short. */
  static async before(url: string, options: RelayOptions = {}): Promise<Relay> {
    const { delayMs = 0, below = '/tmp/optout-lab-', owner } = options;
    const folder = mkdtempSync(`${below}relay-`);
    const listener = createServer({ allowHalfOpen: true });
    const relay = new Relay(listener, folder, url, delayMs);
    const socket = join(folder, `.s.PGSQL.${defaultPort}`);
    listener.listen(socket);
    await once(listener, 'listening');
    if (owner !== undefined) {
      for (const path of [socket, folder]) lchownSync(path, owner.uid, owner.gid);
    }
    return relay;
  }

  /** The server's URL by way of this relay, without TLS. */
  get url(): string {
    return this.#url;
  }

  /** Does it to every connection, or to the one that has been there longest. */
  break(fault: Fault, which: 'all' | 'oldest' = 'all'): void {
    const lines = which === 'all' ? [...this.#lines] : [...this.#lines].slice(0, 1);
    for (const line of lines) {
      if (fault === 'cut') this.#cut(line);
      else if (fault === 'half closed') {
        line.client.end();
        setTimeout(() => this.#cut(line), 50).unref();
      } else this.#armed.set(line, fault);
    }
  }

  /** Cuts all connections and removes the socket. */
  async close(): Promise<void> {
    this.#listener.close();
    this.break('cut');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #accept(client: Socket): void {
    const server =
      this.#delayMs > 0
        ? new DelayedSocket(this.#delayMs).connect(this.#target)
        : createConnection({ ...this.#target, allowHalfOpen: true });
    const line: Line = { client, server };
    this.#lines.add(line);
    const pass = (from: Socket, to: Socket, lost: Fault): void => {
      from.on('data', (bytes: Buffer) => {
        if (this.#armed.get(line) === lost) this.#cut(line);
        else if (!to.destroyed && to.writable && !to.write(bytes)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      });
      from.on('end', () => to.end());
      from.on('error', () => this.#cut(line));
      from.on('close', () => this.#cut(line));
    };
    pass(client, server, 'request lost');
    pass(server, client, 'answer lost');
  }

  #cut(line: Line): void {
    if (!this.#lines.delete(line)) return;
    this.#armed.delete(line);
    line.client.destroy();
    line.server.destroy();
  }
}

function targetOf(url: string): NetConnectOpts {
  const { host, port } = readAddress(url);
  return isSocket(host) ? { path: join(host, `.s.PGSQL.${port}`) } : { host, port };
}

/** The same login and database by way of a socket's folder. */
function withSocket(url: string, folder: string): string {
  return urlOf({ ...readAddress(url), host: folder, port: defaultPort, sslMode: 'disable' });
}
