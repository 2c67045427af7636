import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir as systemHome } from 'node:os';
import { join } from 'node:path';
import { messageOf, UserError } from '../cli/errors.ts';
import { addressesOf, isSocket, type ServerAddress, urlOf } from './address.ts';
import { type Parameters, readParameters, requireKnown } from './parameters.ts';

/** libpq's variables and the parameters that they stand for (manual: "Environment Variables"). */
const variables: Readonly<Record<string, string>> = {
  PGHOST: 'host',
  PGHOSTADDR: 'hostaddr',
  PGPORT: 'port',
  PGDATABASE: 'dbname',
  PGUSER: 'user',
  PGPASSWORD: 'password',
  PGPASSFILE: 'passfile',
  PGSERVICE: 'service',
  PGOPTIONS: 'options',
  PGSSLMODE: 'sslmode',
  PGREQUIRESSL: 'requiressl',
  PGSSLNEGOTIATION: 'sslnegotiation',
  PGSSLCERT: 'sslcert',
  PGSSLKEY: 'sslkey',
  PGSSLROOTCERT: 'sslrootcert',
  PGSSLCRL: 'sslcrl',
  PGSSLCRLDIR: 'sslcrldir',
  PGSSLCERTMODE: 'sslcertmode',
  PGSSLMINPROTOCOLVERSION: 'ssl_min_protocol_version',
  PGSSLMAXPROTOCOLVERSION: 'ssl_max_protocol_version',
  PGCHANNELBINDING: 'channel_binding',
  PGREQUIREAUTH: 'require_auth',
  PGREQUIREPEER: 'requirepeer',
  PGGSSENCMODE: 'gssencmode',
  PGCONNECT_TIMEOUT: 'connect_timeout',
  PGTARGETSESSIONATTRS: 'target_session_attrs',
};

/** An account that no file knows has none. */
function homedir(): string {
  try {
    return systemHome();
  } catch {
    return '/nonexistent';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The servers that may be meant, and what is asked of the one that is taken. */
export interface Candidates {
  /** Complete URLs, one server each, in the order in which they are tried. */
  readonly urls: readonly string[];
  /** Whether it must take writes: target_session_attrs. */
  readonly mustTakeWrites: boolean;
}

/**
 * DATABASE_URL of a server that is not ours, completed as libpq would: from the service that it names,
 * from the variables of the shell, from the password file and from the certificates in the home
 * folder, in that order. Nothing after this reads any of them.
 *
 * @throws UserError where they cannot be followed
 */
export function complete(text: string, environment: Environment = process.env): Candidates {
  const named = readParameters(text);
  const shell = Object.fromEntries(
    Object.entries(variables).flatMap(([variable, name]) => {
      const value = environment[variable];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
  const service = named['service'] ?? shell['service'];
  const given: Parameters = {
    ...shell,
    ...(service === undefined ? {} : readService(service, environment)),
    ...named,
  };
  const parameters = { ...tlsFiles(given), ...given };
  const passwords = parameters['passfile'] ?? join(homedir(), '.pgpass');
  return {
    urls: addressesOf(parameters).map((address) => urlOf(withPassword(address, passwords))),
    mustTakeWrites: asksForWrites(parameters),
  };
}

/** Whether target_session_attrs asks for a server that takes writes. */
export function asksForWrites({ target_session_attrs: asked }: Parameters): boolean {
  return !['any', undefined].includes(asked);
}

function withPassword(address: ServerAddress, file: string): ServerAddress {
  if (address.more['password'] !== undefined) return address;
  const password = passwordOf(file, address);
  return password === undefined ? address : { ...address, more: { ...address.more, password } };
}

/**
 * The environment for a program that is told which server it works with: nothing of the shell's own
 * settings for libpq and dbmate, which would tell it otherwise.
 */
export function withoutServerVariables(environment: Environment = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^(PG[A-Z_]+|DBMATE_.*|DATABASE_URL)$/.test(name),
    ),
  );
}

/** The parameters of a service (manual: "The Connection Service File"). */
function readService(service: string, environment: Environment): Parameters {
  const folder = environment['PGSYSCONFDIR'];
  const files = [
    environment['PGSERVICEFILE'] ?? join(homedir(), '.pg_service.conf'),
    ...(folder === undefined ? [] : [join(folder, 'pg_service.conf')]),
  ];
  for (const file of files.filter((name) => existsSync(name))) {
    let section: string | undefined;
    const found: Record<string, string> = {};
    for (const line of read(file)
      .split('\n')
      .map((text) => text.trim())) {
      if (line === '' || line.startsWith('#')) continue;
      if (line.startsWith('[')) section = line.slice(1, line.indexOf(']'));
      else if (section === service) {
        const equals = line.indexOf('=');
        const name = line.slice(0, Math.max(equals, 0));
        requireKnown(name, (reason) => new UserError(`service "${service}" in ${file}: ${reason}`));
        found[name] = line.slice(equals + 1);
      }
    }
    if (Object.keys(found).length > 0) return found;
  }
  throw new UserError(`no service "${service}" in ${files.join(' or ')}`);
}

/** What is in the home folder is used where it is there, as libpq does. */
function tlsFiles({ host, sslmode }: Parameters): Parameters {
  if (sslmode === 'disable' || (host !== undefined && isSocket(host))) return {};
  const folder = join(homedir(), '.postgresql');
  const files = { sslcert: 'postgresql.crt', sslkey: 'postgresql.key', sslrootcert: 'root.crt' };
  return Object.fromEntries(
    Object.entries(files)
      .map(([name, file]) => [name, join(folder, file)] as const)
      .filter(([, path]) => existsSync(path)),
  );
}

/** The password for a login in a password file (manual: "The Password File"), or undefined. */
function passwordOf(
  file: string,
  { host, port, database, user }: ServerAddress,
): string | undefined {
  if (!existsSync(file)) return undefined;
  if ((statSync(file).mode & 0o077) !== 0) {
    process.stderr.write(`note: ${file} is left alone, because others may read it: chmod 600 it\n`);
    return undefined;
  }
  const place =
    isSocket(host) && ['/tmp', '/var/run/postgresql'].includes(host) ? 'localhost' : host;
  const wanted = [place, String(port), database, user];
  for (const line of read(file).split('\n')) {
    if (line.startsWith('#')) continue;
    const fields = (line.match(/(?:^|:)((?:\\.|[^:\\])*)/g) ?? []).map((field, index) =>
      (index === 0 ? field : field.slice(1)).replace(/\\(.)/g, '$1'),
    );
    if (fields.length < 5) continue;
    if (wanted.every((value, index) => fields[index] === '*' || fields[index] === value)) {
      return fields[4];
    }
  }
  return undefined;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`cannot read ${file}: ${messageOf(error)}`);
  }
}
