import { createServer, type Server } from 'node:net';

/** Listens on a port of this machine; 0 lets the system choose one. */
export function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** The port that a server listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it listens on no port');
  return address.port;
}

/** A port that nothing listens on, below those that the system gives to outgoing connections. */
export async function freePort(): Promise<number> {
  for (let tries = 1; tries <= 100; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = await listen(port).catch(() => undefined);
    if (server === undefined) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
  throw new Error('no free port among a hundred');
}
