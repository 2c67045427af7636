import type { Socket } from 'node:net';
import pg from 'pg';
import { wasInterrupted } from '../cli/command.ts';
import { codeOf, messageOf, UserError } from '../cli/errors.ts';
import { withoutPassword } from '../cli/hide-password.ts';
import { cannotConnectNow, protocolViolation } from '../sqlstates.ts';
import { readAddress, type ServerAddress } from './address.ts';
import { bindingOf } from './channel-binding.ts';
import { attempts, pgConfig } from './programs.ts';
import {
  makeSettings,
  type ProgramNeeds,
  type Settings,
  settingsToAskFor,
} from './session-settings.ts';
import { tellWhoHolds } from './tell-holder.ts';

/** The oldest and the newest major version that the lab is tested with. */
export const supportedMajors = { oldest: 15, newest: 19 } as const;

/**
 * Opens a session, with the settings that the lab relies on, whatever the defaults of the database
 * and of the role. Nothing is read from the environment. Where it waits for somebody's lock for some
 * seconds, that is told.
 *
 * @param socket not connected yet; a new one is made unless given, and where TLS is used. A session with
 *   one is measured, waits included, and nothing is told of them.
 * @throws UserError, without the password, when the server cannot be reached or refuses the login.
 */
export async function connect(
  url: string,
  applicationName = 'optout-lab',
  socket?: Socket,
): Promise<pg.Client> {
  try {
    const address = readAddress(url);
    const client = await openUnlimited(address, applicationName, socket);
    if (socket === undefined) {
      tellWhoHolds(client, () => openUnlimited(address, 'optout-lab lock watch'));
    }
    return client;
  } catch (error) {
    throw explain(error, url);
  }
}

/**
 * Opens a session as the server gives it, with none of the lab's settings: for one that is not the lab's
 * alone.
 *
 * @throws UserError as `connect` does
 */
export async function connectAsIs(
  url: string,
  applicationName: string,
  socket?: Socket,
): Promise<pg.Client> {
  try {
    return (await open(readAddress(url), applicationName, socket)).client;
  } catch (error) {
    throw explain(error, url);
  }
}

async function openUnlimited(
  address: ServerAddress,
  applicationName: string,
  socket?: Socket,
): Promise<pg.Client> {
  try {
    return await openWithSettings(address, applicationName, socket);
  } catch (error) {
    // ended by a time limit before it could take it off: once more, asking for that at once
    if (![...limits, ...broken].includes(codeOf(error) ?? '')) throw error;
    return await openWithSettings(withoutLimits(address), applicationName);
  }
}

async function openWithSettings(
  address: ServerAddress,
  applicationName: string,
  socket?: Socket,
): Promise<pg.Client> {
  const { client, brokeBy } = await open(address, applicationName, socket);
  try {
    await makeSettings(client);
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw brokeBy() ?? error; // the server's reason, rather than that nothing can be asked any more
  }
}

/** SQLSTATEs of a statement and a session that took, or idled, longer than a default allows. */
const limits: readonly string[] = ['57014', '57P05'];

/** What the client may see first of a session that the server ended. */
const broken: readonly string[] = ['EPIPE', 'ECONNRESET'];

/** Not for every session: a pooler refuses to be asked for settings. */
function withoutLimits(address: ServerAddress): ServerAddress {
  const asked = '-c statement_timeout=0 -c idle_session_timeout=0';
  const options = [address.more['options'], asked].filter((text) => text !== undefined).join(' ');
  return { ...address, more: { ...address.more, options } };
}

/** What a program's session must ask for to be as the lab's own are. */
export async function settingsOfNewSession(
  url: string,
  needs: ProgramNeeds = {},
): Promise<Settings> {
  const client = await connect(url);
  try {
    return await settingsToAskFor(client, needs);
  } finally {
    await client.end();
  }
}

/** Whether a session may ask for a setting such as lock_timeout when it connects: a pooler refuses. */
export async function mayAskForSettings(url: string): Promise<boolean> {
  try {
    const { client } = await open(readAddress(url), 'optout-lab', undefined, {
      lock_timeout: 1_000,
    });
    await client.end();
    return true;
  } catch (error) {
    if (codeOf(error) === protocolViolation) return false;
    throw explain(error, url);
  }
}

/** Whether a server answers there: `yes`, `starting` (not yet), or `no`. */
export async function canConnect(url: string): Promise<'yes' | 'starting' | 'no'> {
  try {
    const { client } = await open(readAddress(url), 'optout-lab');
    await client.end().catch(() => {});
    return 'yes';
  } catch (error) {
    if (error instanceof UserError) throw error;
    return codeOf(error) === cannotConnectNow ? 'starting' : 'no';
  }
}

/** The same server's URL, with another database. */
export function withDatabase(url: string, database: string): string {
  return url.replace(/^(\w+:\/\/[^/?#]*)(\/[^?#]*)?/, `$1/${encodeURIComponent(database)}`);
}

/** Where a server may be asked with TLS or without, which of them it last took. */
const taken = new Map<string, boolean>();

/**
 * The address of a server that was connected to, for a program that asks it in its own way: with TLS
 * or without, as the server took it. What "prefer" means differs (lib/pq does not go on where a rule
 * refuses TLS).
 */
export function addressAsTaken(url: string): ServerAddress {
  const address = readAddress(url);
  const tls = taken.get(placeOf(address));
  if (tls === undefined || attempts(address).length === 1) return address;
  return { ...address, sslMode: tls ? 'require' : 'disable' };
}

function placeOf({ host, port, user }: ServerAddress): string {
  return `${host} ${port} ${user}`;
}

/** A session, and what broke it since, if anything did. */
interface Opened {
  readonly client: pg.Client;
  readonly brokeBy: () => Error | undefined;
}

/** Tries with TLS, without, or one after the other, as the address says. */
async function open(
  address: ServerAddress,
  applicationName: string,
  socket?: Socket,
  asked: pg.ClientConfig = {},
): Promise<Opened> {
  const place = placeOf(address);
  const order = attempts(address);
  const last = taken.get(place);
  const inOrder = order.length > 1 && last !== undefined ? [last, !last] : order;
  for (const [index, tls] of inOrder.entries()) {
    const client = newClient(address, tls, { ...asked, application_name: applicationName }, socket);
    const binding = bindingOf(client, address);
    // A session that breaks between two queries must not end the process: its next query fails anyway.
    let broke: Error | undefined;
    client.on('error', (error) => {
      broke ??= error;
    });
    try {
      await client.connect();
      binding?.requireDone();
      taken.set(place, tls);
      return { client, brokeBy: () => broke };
    } catch (error) {
      await client.end().catch(() => {});
      if (index + 1 === inOrder.length || !asksForTheOther(error)) throw error;
    }
  }
  throw new Error('nothing was tried');
}

/** Whether a server refused only how it was asked: it has no TLS, or no rule for such a session. */
function asksForTheOther(error: unknown): boolean {
  return codeOf(error) === '28000' || /does not support SSL/.test(messageOf(error));
}

function newClient(
  address: ServerAddress,
  tls: boolean,
  asked: pg.ClientConfig,
  socket?: Socket,
): pg.Client {
  const client = new pg.Client({
    ...pgConfig(address, tls),
    ...asked,
    ...(socket === undefined || tls ? {} : { stream: () => socket }),
  });
  // what pg would else take from PGOPTIONS and PGREPLICATION
  const { options } = address.more;
  Object.assign(parametersOf(client), { options, replication: undefined });
  return client;
}

/** pg's own record of what it tells the server; its types leave it out. */
function parametersOf(client: pg.Client): object {
  if (!('connectionParameters' in client)) throw new Error('pg keeps its parameters elsewhere');
  const { connectionParameters } = client;
  if (typeof connectionParameters !== 'object' || connectionParameters === null) {
    throw new Error('pg keeps its parameters elsewhere');
  }
  return connectionParameters;
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
  return new UserError(`cannot connect to ${withoutPassword(url)}: ${reason}`, { cause: error });
}
