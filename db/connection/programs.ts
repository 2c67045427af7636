import { existsSync, readFileSync, statSync } from 'node:fs';
import { type ConnectionOptions, checkServerIdentity, type SecureVersion } from 'node:tls';
import type pg from 'pg';
import { messageOf, UserError } from '../cli/errors.ts';
import { isSocket, type ServerAddress, urlOf } from './address.ts';
import { withoutServerVariables } from './environment.ts';
import type { Settings } from './session-settings.ts';

/** libpq waits without end where nothing is said. */
const connectTimeoutS = 30;

/** What pg is told, for a session with TLS or without. */
export function pgConfig(address: ServerAddress, tls: boolean): pg.ClientConfig {
  const { host, port, user, database, more } = address;
  const idle = Number(more['keepalives_idle'] ?? 0);
  const timeoutS = Number(more['connect_timeout'] ?? connectTimeoutS);
  return {
    host: more['hostaddr'] ?? host,
    ...{ port, user, database },
    // never an absent one, or pg would look for it in the environment
    password:
      more['password'] ??
      (() => {
        throw new UserError('the server asks for a password, and the URL has none');
      }),
    ssl: tls ? tlsOptions(address) : false,
    sslnegotiation: more['sslnegotiation'] === 'direct' ? 'direct' : 'postgres',
    // where it is offered; libpq's default, to prefer it, asks for nothing
    enableChannelBinding: more['channel_binding'] === 'require',
    keepAlive: more['keepalives'] !== '0',
    keepAliveInitialDelayMillis: idle * 1_000,
    // libpq: 0 and less is without end
    connectionTimeoutMillis: timeoutS > 0 ? timeoutS * 1_000 : 0,
  };
}

/** Whether to try with TLS, in the order of the attempts. */
export function attempts({ sslMode, more }: ServerAddress): readonly boolean[] {
  if (more['channel_binding'] === 'require') return [true];
  if (sslMode === 'disable') return [false];
  if (sslMode === 'allow') return [false, true];
  return sslMode === 'prefer' ? [true, false] : [true];
}

/** What dbmate is told. Settings go along, as its driver hands on what it does not know to the server. */
export function dbmateUrl(address: ServerAddress, settings: Settings): string {
  // What its driver (lib/pq) does not know it takes for a setting of the server. "direct" it knows, and
  // asks without ALPN, which the server refuses (lib/pq 1332): the same TLS can be had by asking for it.
  const { keepalives, keepalives_idle, channel_binding, sslnegotiation, ...more } = address.more;
  const told = { ...address, more: { ...more, ...settings } };
  // dbmate takes the brackets off an IPv6 address and puts the port right behind it
  return address.host.includes(':') ? urlOf(told, 'parameter') : urlOf(told);
}

/** The whole environment of a program that uses libpq: no login stands on its command line. */
export function libpqEnvironment(address: ServerAddress, settings: Settings): NodeJS.ProcessEnv {
  const { host, port, user, database, sslMode, more } = address;
  const asked = [
    ...(more['options'] === undefined ? [] : [more['options']]),
    ...Object.entries(settings).map(
      ([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`,
    ),
  ];
  const optional = {
    PGHOSTADDR: more['hostaddr'],
    PGPASSWORD: more['password'],
    // the word "system" is understood by libpq 16 and later alone
    PGSSLROOTCERT: more['sslrootcert'] === 'system' ? systemRoots() : more['sslrootcert'],
    PGSSLCERT: more['sslcert'],
    PGSSLKEY: more['sslkey'],
    PGSSLNEGOTIATION: more['sslnegotiation'],
    PGSSLMINPROTOCOLVERSION: more['ssl_min_protocol_version'],
    PGSSLMAXPROTOCOLVERSION: more['ssl_max_protocol_version'],
    PGCHANNELBINDING: more['channel_binding'],
    PGCONNECT_TIMEOUT: more['connect_timeout'],
  };
  return {
    ...withoutServerVariables(),
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGDATABASE: database,
    PGSSLMODE: sslMode,
    PGGSSENCMODE: 'disable', // as pg has it
    PGCLIENTENCODING: 'UTF8',
    PGOPTIONS: asked.join(' '),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

function tlsOptions({ host, sslMode, more }: ServerAddress): ConnectionOptions {
  const file = (name: string): string | undefined => {
    const path = more[name] === 'system' ? systemRoots() : more[name];
    if (path === undefined || path === 'system') return undefined;
    try {
      if (name === 'sslkey') requirePrivate(path);
      return readFileSync(path, 'utf8');
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(`cannot read ${name}: ${messageOf(error)}`);
    }
  };
  const version = (name: string): SecureVersion | undefined =>
    more[name] as SecureVersion | undefined;
  const given = {
    ca: file('sslrootcert'),
    cert: file('sslcert'),
    key: file('sslkey'),
    minVersion: version('ssl_min_protocol_version'),
    maxVersion: version('ssl_max_protocol_version'),
  };
  const verifies = sslMode === 'verify-ca' || sslMode === 'verify-full';
  return {
    rejectUnauthorized: verifies,
    // by the name that was asked for, also where hostaddr says where it is
    checkServerIdentity: (_, certificate) =>
      sslMode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
    ...(isIpAddress(host) ? {} : { servername: host }),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

/** Where systems keep the certificates that they trust. */
const rootFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** The file of what this system trusts, which OpenSSL and Go find by the same variable; or the word for it. */
function systemRoots(): string {
  const files = [process.env['SSL_CERT_FILE'] ?? '', ...rootFiles];
  return files.find((file) => existsSync(file)) ?? 'system';
}

/** A key that others may read is refused by libpq and by lib/pq. */
function requirePrivate(path: string): void {
  const { mode, uid } = statSync(path);
  const forbidden = uid === 0 && process.getuid?.() !== 0 ? 0o027 : 0o077;
  if ((mode & forbidden) !== 0) {
    throw new UserError(`sslkey=${path} may be read by others: chmod 600 it`);
  }
}

function isIpAddress(host: string): boolean {
  return isSocket(host) || host.includes(':') || /^[\d.]+$/.test(host);
}
