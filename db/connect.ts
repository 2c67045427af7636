import type { Socket } from 'node:net';
import pg from 'pg';
import { wasInterrupted } from './cli/command.ts';
import { codeOf, messageOf, UserError } from './cli/errors.ts';
import { withoutPassword } from './cli/hide-password.ts';
import { cannotConnectNow } from './sqlstates.ts';

/** The oldest and the newest major version that the lab is tested with. */
export const supportedMajors = { oldest: 15, newest: 18 } as const;

/**
 * Opens a session. JIT is off in all of the lab's sessions, so that its compile time is not taken
 * for the cost of a design.
 *
 * @param socket not connected yet; a new one is made unless given, and where the URL asks for TLS
 * @throws UserError, without the password, when the server cannot be reached or refuses the login.
 */
export async function connect(
  url: string,
  applicationName = 'optout-lab',
  socket?: Socket,
): Promise<pg.Client> {
  const client = newClient(url, applicationName, socket);
  // A session that breaks between two queries must not end the process: its next query fails anyway.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('set jit = off');
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw explain(error, url);
  }
}

/** Whether a server answers there: `yes`, `starting` (not yet), or `no`. */
export async function canConnect(url: string): Promise<'yes' | 'starting' | 'no'> {
  const client = newClient(url, 'optout-lab');
  client.on('error', () => {});
  try {
    await client.connect();
    return 'yes';
  } catch (error) {
    return codeOf(error) === cannotConnectNow ? 'starting' : 'no';
  } finally {
    await client.end().catch(() => {});
  }
}

/** The same server's URL, with another database. */
export function withDatabase(url: string, database: string): string {
  return url.replace(/^(\w+:\/\/[^/?#]*)(\/[^?#]*)?/, `$1/${encodeURIComponent(database)}`);
}

/** Throws a UserError, without the password, for a DATABASE_URL that names no PostgreSQL server. */
export function requirePostgresUrl(url: string): void {
  newClient(url, 'optout-lab');
}

function newClient(url: string, applicationName: string, socket?: Socket): pg.Client {
  // pg takes any text for the name of a host; psql and dbmate do not
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new UserError(
      'DATABASE_URL is not a PostgreSQL URL: it must begin with postgres:// or postgresql://',
    );
  }
  try {
    const options = {
      connectionString: url,
      application_name: applicationName,
      connectionTimeoutMillis: 30_000,
    };
    const client = new pg.Client(options);
    // Node refuses to connect to such a port in a way that pg never tells of
    if (!(client.port >= 1 && client.port <= 65_535)) throw new Error('a port is 1 to 65535');
    if (socket === undefined || client.ssl) return client;
    return new pg.Client({ ...options, stream: () => socket });
  } catch (error) {
    throw new UserError(
      `DATABASE_URL is not a PostgreSQL URL (${messageOf(error)}): ${withoutPassword(url)}`,
    );
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOENT: 'no socket there',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'unknown host',
  EACCES: 'the socket is not ours to use',
  ETIMEDOUT: 'no answer',
  ECONNRESET: 'the connection was closed',
};

function explain(error: unknown, url: string): Error {
  if (wasInterrupted() || error instanceof UserError) return error as Error;
  const reason = reasons[codeOf(error) ?? ''] ?? messageOf(error);
  return new UserError(`cannot connect to ${withoutPassword(url)}: ${reason}`);
}
