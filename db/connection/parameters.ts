import { UserError } from '../cli/errors.ts';
import { withoutPassword } from '../cli/hide-password.ts';
import { nearest } from '../cli/nearest.ts';

/*
 * What DATABASE_URL says, as libpq reads it (manual: "Connection Strings"): a URL, or pairs of keyword
 * and value.
 */

/** Parameters by libpq's names, as text. Of host, hostaddr and port each may be a list, with commas. */
export type Parameters = Readonly<Partial<Record<string, string>>>;

/** What is kept as it is, for those who can make use of it. */
export const kept = [
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
export const notSupported = [
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

/** Throws a UserError, without the password, for a text that libpq would not take either. */
export function readParameters(text: string): Parameters {
  if (isUrl(text)) return readUrl(text);
  if (/^\s*\w+\s*=/.test(text)) return readPairs(text);
  throw new UserError(
    'DATABASE_URL is not a PostgreSQL URL: it must begin with postgres:// or postgresql://, ' +
      'or be pairs such as host=… dbname=…',
  );
}

function isUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text);
}

/** DATABASE_URL as a URL, for a program that takes no pairs; nothing is added to what it says. */
export function asUrl(text: string): string {
  const read = readParameters(text);
  return isUrl(text) ? text : urlOfParameters(read);
}

/** Throws a UserError for a parameter that libpq does not know: it may be one that asks for care. */
export function requireKnown(name: string, wrong: (reason: string) => UserError): void {
  if (known.includes(name)) return;
  const suggestion = nearest(name, known);
  throw wrong(
    `libpq knows no parameter "${name}"${suggestion.startsWith(': did') ? suggestion : ', nor does the lab'}`,
  );
}

function readUrl(url: string): Parameters {
  const wrong = (reason: string): UserError =>
    new UserError(`DATABASE_URL is not a PostgreSQL URL (${reason}): ${withoutPassword(url)}`);
  if (url.includes('#')) throw wrong('a "#" is written %23');
  const parts = /^\w+:\/\/(?:([^/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(url);
  if (parts === null) throw wrong('it cannot be read');
  const [, login = '', places = '', path = '', query = ''] = parts;
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw wrong('a "%" is written %25');
    }
  };
  const read: Record<string, string> = {};
  const set = (name: string, value: string): void => {
    if (value !== '') read[name] = decode(value);
  };
  const colon = login.indexOf(':');
  set('user', colon < 0 ? login : login.slice(0, colon));
  set('password', colon < 0 ? '' : login.slice(colon + 1));
  const hosts = places.split(',').map((place) => {
    const at = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(place);
    if (at === null) throw wrong('an IPv6 address is written in brackets');
    const [, host = '', port = ''] = at;
    return { host: host.replace(/^\[(.*)\]$/, '$1'), port };
  });
  if (hosts.some(({ host }) => host !== '')) set('host', hosts.map(({ host }) => host).join());
  if (hosts.some(({ port }) => port !== '')) set('port', hosts.map(({ port }) => port).join());
  set('dbname', path);
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const equals = pair.indexOf('=');
    if (equals < 0) throw wrong(`a parameter without "=": "${pair}"`);
    const name = decode(pair.slice(0, equals));
    requireKnown(name, wrong);
    set(name, pair.slice(equals + 1));
  }
  requirePorts(read['port'], wrong);
  return read;
}

/** `host=h password='it''s'` and so on: a backslash takes the next character as it is. */
function readPairs(text: string): Parameters {
  const wrong = (reason: string): UserError =>
    new UserError(`DATABASE_URL is not a connection string (${reason})`); // it may hold a password anywhere
  const pair = /\s*(\w+)\s*=\s*(?:'((?:\\.|[^'\\])*)'|((?:\\.|[^\s'\\])*))(?=\s|$)/sy;
  const read: Record<string, string> = {};
  const end = text.trimEnd().length;
  for (pair.lastIndex = 0; pair.lastIndex < end; ) {
    const found = pair.exec(text);
    if (found === null) throw wrong("pairs are written name=value, or name='value' with blanks");
    const [, name = '', quoted, plain = ''] = found;
    requireKnown(name, wrong);
    const value = (quoted ?? plain).replace(/\\(.)/gs, '$1');
    if (value !== '') read[name] = value;
  }
  requirePorts(read['port'], wrong);
  return read;
}

function requirePorts(ports: string | undefined, wrong: (reason: string) => UserError): void {
  for (const port of ports?.split(',') ?? []) {
    if (port !== '' && (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)) {
      throw wrong('a port is 1 to 65535');
    }
  }
}

/**
 * Parameters as a URL that every client reads alike, old ones included.
 *
 * @param place where the host stands: where hosts usually do, or as a parameter, as a socket's must
 */
export function urlOfParameters(
  { user, password, host = '', port = '', dbname = '', ...rest }: Parameters,
  place: 'usual' | 'parameter' = host.startsWith('/') ? 'parameter' : 'usual',
): string {
  const encode = encodeURIComponent;
  const ports = port.split(',');
  // pg before 8.6 takes user and port from nowhere else; all take the parameter "host" before this one
  const hosts = place === 'parameter' ? ['localhost'] : host.split(',');
  const places = hosts.map((name, index) => {
    const written = name.includes(':') ? `[${encode(name).replaceAll('%3A', ':')}]` : encode(name);
    const own = ports[index] ?? ports[0] ?? '';
    return own === '' ? written : `${written}:${own}`;
  });
  const login =
    user === undefined && password === undefined
      ? ''
      : `${encode(user ?? '')}${password === undefined ? '' : `:${encode(password)}`}@`;
  const query = Object.entries(place === 'parameter' ? { host, ...rest } : rest)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encode(value).replaceAll('%2F', '/')}`],
    )
    .join('&');
  return `postgres://${login}${places.join()}/${encode(dbname)}${query === '' ? '' : `?${query}`}`;
}
