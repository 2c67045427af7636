import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../cli/errors.ts';
import { nearest } from '../cli/nearest.ts';
import {
  kept,
  notSupported,
  type Parameters,
  readParameters,
  urlOfParameters,
} from './parameters.ts';

/*
 * One reading of what DATABASE_URL says. What pg, dbmate and pgbench are told is made from it: left to
 * themselves they take three different URLs for right.
 */

/** How a session is encrypted and who the server must prove to be, as libpq names it. */
export type SslMode = (typeof sslModes)[number];

const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

/** Where a server is and how one logs in: nothing is left to a default or to the environment. */
export interface ServerAddress {
  /** A name, an IP address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly sslMode: SslMode;
  /** The rest, of the parameters in `kept`. */
  readonly more: Parameters;
}

const protocols = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** What libpq takes for a value, and the lab as well. */
const values: Readonly<Record<string, readonly string[]>> = {
  channel_binding: ['disable', 'prefer', 'require'],
  gssencmode: ['disable', 'prefer'],
  keepalives: ['0', '1'],
  sslnegotiation: ['postgres', 'direct'],
  ssl_min_protocol_version: protocols,
  ssl_max_protocol_version: protocols,
  target_session_attrs: ['any', 'read-write', 'primary'],
};

const wholeNumbers = ['connect_timeout', 'keepalives_idle'];

/** Throws a UserError, without the password, for a text that does not name one server, or that the lab cannot follow. */
export function readAddress(text: string): ServerAddress {
  const [address, ...others] = addressesOf(readParameters(text));
  if (address === undefined || others.length > 0) {
    throw new UserError('DATABASE_URL names several hosts where one is wanted');
  }
  return address;
}

/**
 * The servers that parameters name, in their order, with libpq's defaults.
 *
 * @throws UserError where the lab cannot do what is asked
 */
export function addressesOf(parameters: Parameters): readonly ServerAddress[] {
  requireSupported(parameters);
  const listed = (name: string): readonly string[] => parameters[name]?.split(',') ?? [];
  const [names, addresses, ports] = [listed('host'), listed('hostaddr'), listed('port')];
  const count = Math.max(names.length, addresses.length, 1);
  const lengths = [names.length || count, addresses.length || count];
  if (ports.length > 1) lengths.push(ports.length);
  if (lengths.some((length) => length !== count)) {
    throw new UserError(
      'DATABASE_URL names several hosts, and its lists of host, hostaddr and port differ in length',
    );
  }
  return Array.from({ length: count }, (_, index) =>
    addressOf({
      ...parameters,
      host: names[index] || undefined,
      hostaddr: addresses[index] || undefined,
      port: (ports.length > 1 ? ports[index] : ports[0]) || undefined,
    }),
  );
}

function addressOf(parameters: Readonly<Record<string, string | undefined>>): ServerAddress {
  const { hostaddr } = parameters;
  const port = portOf(parameters['port'] ?? '5432');
  const host = parameters['host'] ?? hostaddr ?? defaultHost(port);
  if (hostaddr !== undefined && isIP(hostaddr) === 0) {
    throw new UserError(`hostaddr=${hostaddr} is no IP address`);
  }
  const user = parameters['user'] ?? accountName();
  const sslMode = sslModeOf(parameters, host);
  const more = Object.fromEntries(
    kept.flatMap((name) => {
      const value = parameters[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return {
    ...{ host, port, user, database: parameters['dbname'] ?? user, sslMode },
    // libpq wants a file to verify by, or this word
    more:
      sslMode === 'verify-full' && more['sslrootcert'] === undefined
        ? { ...more, sslrootcert: 'system' }
        : more,
  };
}

/** An address as a URL that says all of it. */
export function urlOf(address: ServerAddress, place?: 'usual' | 'parameter'): string {
  const { host, port, user, database, sslMode, more } = address;
  return urlOfParameters(
    { host, port: String(port), user, dbname: database, sslmode: sslMode, ...more },
    place,
  );
}

/** Whether a host is the folder of a socket. */
export function isSocket(host: string): boolean {
  return host.startsWith('/');
}

function requireSupported(parameters: Parameters): void {
  for (const name of notSupported) {
    if (parameters[name] !== undefined) throw new UserError(`the lab does not support ${name}`);
  }
  const { target_session_attrs: attributes, gssencmode } = parameters;
  if (['standby', 'prefer-standby', 'read-only'].includes(attributes ?? '')) {
    throw new UserError(
      `the lab writes, and target_session_attrs=${attributes} asks for a standby`,
    );
  }
  if (gssencmode === 'require') throw new UserError('the lab does not support gssencmode=require');
  for (const [name, taken] of Object.entries(values)) {
    const value = parameters[name];
    if (value !== undefined && !taken.includes(value)) {
      throw new UserError(`${name}=${value} is none${nearest(value, taken)}`);
    }
  }
  for (const name of wholeNumbers) {
    const value = parameters[name];
    if (value !== undefined && !/^\s*-?\d{1,9}\s*$/.test(value)) {
      throw new UserError(`${name}=${value} is no whole number`);
    }
  }
}

function sslModeOf(
  parameters: Readonly<Record<string, string | undefined>>,
  host: string,
): SslMode {
  const { sslmode, ssl, sslrootcert, requiressl, sslnegotiation, channel_binding } = parameters;
  // what pg's own URLs may say besides
  const asked = sslmode === 'no-verify' ? 'require' : sslmode;
  const given = asked ?? (/^(true|1)$/.test(ssl ?? requiressl ?? '') ? 'require' : undefined);
  const byDefault = sslrootcert === 'system' ? 'verify-full' : 'prefer';
  const mode = sslModes.find((name) => name === (given ?? byDefault));
  if (mode === undefined) {
    throw new UserError(`sslmode=${given} is none${nearest(given ?? '', sslModes)}`);
  }
  if (channel_binding === 'require' && (isSocket(host) || mode === 'disable')) {
    throw new UserError(
      'channel_binding=require needs TLS, which a socket and sslmode=disable have not',
    );
  }
  if (isSocket(host)) return 'disable'; // as libpq has it
  const weak = mode === 'disable' || mode === 'allow' || mode === 'prefer';
  if (weak && sslnegotiation === 'direct') {
    throw new UserError('sslnegotiation=direct needs sslmode=require or stronger');
  }
  if (mode !== 'verify-full' && sslrootcert === 'system') {
    throw new UserError('sslrootcert=system needs sslmode=verify-full');
  }
  if (mode === 'verify-ca' && sslrootcert === undefined) {
    throw new UserError(
      'sslmode=verify-ca needs sslrootcert: the file that the server is verified by',
    );
  }
  // a file to verify by is there to be used (manual: "SSL Support", "Client Verification of Server Certificates")
  return mode === 'require' && sslrootcert !== undefined ? 'verify-ca' : mode;
}

/** Where a server of this machine has its socket; libpq has one of them built in. */
function defaultHost(port: number): string {
  const folders = ['/var/run/postgresql', '/tmp'];
  return folders.find((folder) => existsSync(join(folder, `.s.PGSQL.${port}`))) ?? 'localhost';
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // a container may run as a uid that no file knows
    throw new UserError(
      `DATABASE_URL names no user, and this account (uid ${process.getuid?.()}) has no name: ` +
        'write postgres://USER@…',
    );
  }
}

/** Of the shell or a service file, too, where no URL is to be blamed. */
function portOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535) {
    throw new UserError(`the port is ${JSON.stringify(text)}, and a port is 1 to 65535`);
  }
  return Number(text);
}
