import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../cli/errors.ts';
import { withoutPassword } from '../cli/hide-password.ts';
import { nearest } from '../cli/nearest.ts';

/*
 * One reading of a connection URL, as libpq reads it (manual: "Connection URIs"). What pg, dbmate and
 * pgbench are told is made from it: left to themselves they take three different URLs for right.
 */

/** How a session is encrypted and who the server must prove to be, as libpq names it. */
export type SslMode = (typeof sslModes)[number];

const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

/** Parameters by libpq's names, as text. */
export type Parameters = Readonly<Partial<Record<string, string>>>;

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

/** What is kept as it is, for those who can make use of it. */
const kept = [
  ...['password', 'hostaddr', 'options', 'connect_timeout', 'channel_binding'],
  ...['sslcert', 'sslkey', 'sslrootcert', 'sslnegotiation'],
  ...['ssl_min_protocol_version', 'ssl_max_protocol_version'],
  ...['keepalives', 'keepalives_idle'],
] as const;

/** What changes nothing here: the lab names its sessions, speaks UTF-8, and works with one server. */
const withoutEffect = [
  ...['application_name', 'fallback_application_name', 'client_encoding', 'encoding'],
  ...['keepalives_interval', 'keepalives_count', 'tcp_user_timeout', 'load_balance_hosts'],
  ...['sslsni', 'sslcompression', 'krbsrvname', 'uselibpqcompat', 'passfile'],
];

/** What cannot be left out without being less careful than was asked for. */
const notSupported = [
  ...['require_auth', 'requirepeer', 'sslcrl', 'sslcrldir', 'sslcertmode', 'sslpassword'],
  ...['gsslib', 'gssdelegation', 'replication', 'scram_client_key', 'scram_server_key'],
  ...['min_protocol_version', 'max_protocol_version', 'oauth_issuer', 'oauth_client_id'],
];

const known = [
  ...['host', 'port', 'user', 'dbname', 'sslmode', 'ssl', 'service', 'target_session_attrs'],
  ...['gssencmode', 'requiressl'],
  ...kept,
  ...withoutEffect,
  ...notSupported,
];

/** Throws a UserError, without the password, for a text that is no PostgreSQL URL, or one that the lab cannot follow. */
export function readAddress(url: string): ServerAddress {
  return addressOf(readUrl(url));
}

/** The parameters that a URL names, by libpq's names. */
export function readUrl(url: string): Parameters {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new UserError(
      'DATABASE_URL is not a PostgreSQL URL: it must begin with postgres:// or postgresql://',
    );
  }
  const wrong = (reason: string): UserError =>
    new UserError(`DATABASE_URL is not a PostgreSQL URL (${reason}): ${withoutPassword(url)}`);
  if (url.includes('#')) throw wrong('a "#" is written %23');
  const parts = /^\w+:\/\/(?:([^/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(url);
  if (parts === null) throw wrong('it cannot be read');
  const [, login = '', place = '', path = '', query = ''] = parts;
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw wrong('a "%" is written %25');
    }
  };
  if (place.includes(',')) throw severalHosts(decode(place));
  const at = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(place);
  if (at === null) throw wrong('an IPv6 address is written in brackets');
  const colon = login.indexOf(':');
  const read: Record<string, string> = {};
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') read[name] = decode(value);
  };
  set('user', colon < 0 ? login : login.slice(0, colon));
  set('password', colon < 0 ? undefined : login.slice(colon + 1));
  set('host', at[1]?.replace(/^\[(.*)\]$/, '$1'));
  set('port', at[2]);
  set('dbname', path);
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const equals = pair.indexOf('=');
    if (equals < 0) throw wrong(`a parameter without "=": "${pair}"`);
    const name = decode(pair.slice(0, equals));
    if (!known.includes(name)) {
      throw wrong(`libpq knows no parameter "${name}"${nearestParameter(name)}`);
    }
    set(name, pair.slice(equals + 1));
  }
  requirePort(read['port'], wrong);
  return read;
}

/** Fills in libpq's defaults. Throws a UserError where the lab cannot do what is asked. */
export function addressOf(parameters: Parameters): ServerAddress {
  const { host: named, hostaddr, target_session_attrs: attributes, gssencmode } = parameters;
  if (named?.includes(',')) throw severalHosts(named);
  for (const name of notSupported) {
    if (parameters[name] !== undefined) throw new UserError(`the lab does not support ${name}`);
  }
  if (!['any', 'read-write', 'primary', undefined].includes(attributes)) {
    throw new UserError(
      `the lab writes, and target_session_attrs=${attributes} asks for a standby`,
    );
  }
  if (gssencmode === 'require') throw new UserError('the lab does not support gssencmode=require');
  const port = portOf(parameters['port'] ?? '5432');
  const host = named ?? hostaddr ?? defaultHost(port);
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
    // libpq wants a file to verify by, or this word; pg does without
    more:
      sslMode === 'verify-full' && more['sslrootcert'] === undefined
        ? { ...more, sslrootcert: 'system' }
        : more,
  };
}

/**
 * An address as a URL that says all of it.
 *
 * @param place where the host stands: where hosts usually do, or as a parameter, as a socket's must
 */
export function urlOf(
  { host, port, user, database, sslMode, more }: ServerAddress,
  place: 'usual' | 'parameter' = isSocket(host) ? 'parameter' : 'usual',
): string {
  const encode = encodeURIComponent;
  const { password, ...rest } = more;
  const query = (parameters: Parameters): string =>
    Object.entries(parameters)
      .flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}=${encode(value).replaceAll('%2F', '/')}`],
      )
      .join('&');
  if (place === 'parameter') {
    const login = {
      host,
      port: String(port),
      user,
      ...(password === undefined ? {} : { password }),
    };
    return `postgres:///${encode(database)}?${query({ ...login, sslmode: sslMode, ...rest })}`;
  }
  const login = `${encode(user)}${password === undefined ? '' : `:${encode(password)}`}`;
  const written = host.includes(':') ? `[${encode(host).replaceAll('%3A', ':')}]` : encode(host);
  return `postgres://${login}@${written}:${port}/${encode(database)}?${query({ sslmode: sslMode, ...rest })}`;
}

/** Whether a host is the folder of a socket. */
export function isSocket(host: string): boolean {
  return host.startsWith('/');
}

function sslModeOf(parameters: Parameters, host: string): SslMode {
  const { sslmode, ssl, sslrootcert, requiressl, sslnegotiation } = parameters;
  // what pg's own URLs may say besides
  const asked = sslmode === 'no-verify' ? 'require' : sslmode;
  const given = asked ?? (/^(true|1)$/.test(ssl ?? requiressl ?? '') ? 'require' : undefined);
  const byDefault = sslrootcert === 'system' ? 'verify-full' : 'prefer';
  const mode = sslModes.find((name) => name === (given ?? byDefault));
  if (mode === undefined) {
    throw new UserError(`sslmode=${given} is none${nearest(given ?? '', sslModes)}`);
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

function severalHosts(hosts: string): UserError {
  return new UserError(
    `DATABASE_URL names several hosts (${hosts}), and the lab works with one server: name the primary alone`,
  );
}

function requirePort(port: string | undefined, wrong: (reason: string) => UserError): void {
  if (port === undefined) return;
  if (port.includes(',')) throw severalHosts(`ports ${port}`);
  if (!isPort(port)) throw wrong('a port is 1 to 65535');
}

/** Of the shell or a service file, too, where no URL is to be blamed. */
function portOf(text: string): number {
  if (!isPort(text)) {
    throw new UserError(`the port is ${JSON.stringify(text)}, and a port is 1 to 65535`);
  }
  return Number(text);
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

function nearestParameter(name: string): string {
  const suggestion = nearest(name, known);
  return suggestion.startsWith(': did') ? suggestion : ', nor does the lab';
}
