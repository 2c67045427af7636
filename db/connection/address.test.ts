import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { parse as parseUrl } from 'node:url';
import { UserError } from '../cli/errors.ts';
import { readAddress, type ServerAddress, urlOf } from './address.ts';
import { dbmateUrl, libpqEnvironment, pgConfig } from './programs.ts';

type Expected = Partial<Omit<ServerAddress, 'more'>> & { readonly more?: Record<string, string> };

const me = { user: 'u', port: 5432, database: 'db' } as const;

/* What a URL means: libpq's own examples, and what people paste. */
const urls: readonly (readonly [url: string, means: Expected])[] = [
  ['postgres://u@h/db', { ...me, host: 'h', sslMode: 'prefer' }],
  ['postgresql://u:p%40w@h:6543/db', { ...me, host: 'h', port: 6543, more: { password: 'p@w' } }],
  ['postgres://u:p@w@h/db', { ...me, host: 'h', more: { password: 'p@w' } }],
  ['postgres://h?user=u&password=p%26w', { user: 'u', database: 'u', more: { password: 'p&w' } }],
  ['postgres://u@h/a%2Fb%20c', { host: 'h', database: 'a/b c' }],
  ['postgres://u@h?dbname=db', { ...me, host: 'h' }],
  ['postgres://u@[::1]:5433/db', { ...me, host: '::1', port: 5433, sslMode: 'prefer' }],
  ['postgres://u@[fe80::1%25eth0]/db', { ...me, host: 'fe80::1%eth0' }],
  ['postgres://u@%2Fvar%2Frun/db', { ...me, host: '/var/run', sslMode: 'disable' }],
  ['postgres://u@/db?host=/var/run&port=6000', { ...me, host: '/var/run', port: 6000 }],
  ['postgres:///db?host=/s&user=u&sslmode=require', { ...me, host: '/s', sslMode: 'disable' }],
  ['postgres://u@h/db?host=other', { ...me, host: 'other' }],
  ['postgres://u@h/db?hostaddr=10.0.0.1', { ...me, host: 'h', more: { hostaddr: '10.0.0.1' } }],
  ['postgres://u@h/db?sslmode=disable', { sslMode: 'disable' }],
  ['postgres://u@h/db?sslmode=no-verify', { sslMode: 'require' }],
  ['postgres://u@h/db?ssl=true', { sslMode: 'require' }],
  ['postgres://u@h/db?sslmode=require&sslrootcert=/ca', { sslMode: 'verify-ca' }],
  ['postgres://u@h/db?sslmode=verify-full', { more: { sslrootcert: 'system' } }],
  ['postgres://u@h/db?sslrootcert=system', { sslMode: 'verify-full' }],
  [
    'postgres://u@h/db?sslmode=require&channel_binding=require', // as one provider gives them out
    { sslMode: 'require', more: { channel_binding: 'require' } },
  ],
  ['postgres://u@h/db?keepalives=1&keepalives_count=3', { more: { keepalives: '1' } }],
  ['postgres://u@h/db?options=-c%20work_mem%3D8MB', { more: { options: '-c work_mem=8MB' } }],
  [
    'postgres://u@h/db?target_session_attrs=read-write&connect_timeout=3',
    { more: { connect_timeout: '3' } },
  ],
  ['postgres://u@h/db?application_name=x&client_encoding=LATIN1&sslsni=1', { more: {} }],
];

/* The same as pairs (manual: "Keyword/Value Connection Strings"). */
const pairs: readonly (readonly [text: string, means: Expected])[] = [
  ['host=h user=u dbname=db', { ...me, host: 'h', sslMode: 'prefer' }],
  [
    "  host = h  user= u password='it\\'s \\\\ it' dbname =db ",
    { ...me, host: 'h', more: { password: "it's \\ it" } },
  ],
  ['host=h user=u password=p\\ w dbname=a/b', { database: 'a/b', more: { password: 'p w' } }],
  ["host=/s port=6000 user=u password='' dbname=db", { ...me, host: '/s', port: 6000, more: {} }],
  ['host=h user=u sslmode=verify-full', { sslMode: 'verify-full', database: 'u' }],
];

const refused: readonly (readonly [url: string, says: RegExp])[] = [
  ['postgres://u:secret@a:1,b:2/db', /names several hosts where one is wanted/],
  ['postgres://u:secret@a,b/db?port=1,2,3', /lists of host, hostaddr and port differ in length/],
  ['postgres://u:secret@a,b/db?hostaddr=::1', /lists of host, hostaddr and port differ in length/],
  ['postgres://u:secret@h/db?port=1,2', /lists of host, hostaddr and port differ in length/],
  ['postgres://u:secret@h/db?hostaddr=h', /hostaddr=h is no IP address/],
  ['postgres://u:secret@h/db?channel_binding=yes', /channel_binding=yes is none/],
  ['postgres://u:secret@h/db?channel_binding=require&sslmode=disable', /needs TLS/],
  ['postgres://u:secret@h/db?sslnegotiation=maybe', /sslnegotiation=maybe is none/],
  ['postgres://u:secret@h/db?connect_timeout=soon', /connect_timeout=soon is no whole number/],
  ['postgres://u:secret@h/db?target_session_attrs=standby', /asks for a standby/],
  ['postgres://u:secret@h/db?require_auth=none', /does not support require_auth/],
  ['postgres://u:secret@h/db?gssencmode=require', /does not support gssencmode=require/],
  ['postgres://u:secret@h/db?schema=app', /libpq knows no parameter "schema"/],
  ['postgres://u:secret@h/db?sslmod=require', /did you mean "sslmode"/],
  ['postgres://u:secret@h/db?sslmode=on', /sslmode=on is none/],
  ['postgres://u:secret@h/db?sslmode=verify-ca', /needs sslrootcert/],
  ['postgres://u:secret@h/db?sslrootcert=system&sslmode=require', /needs sslmode=verify-full/],
  ['postgres://u:secret@h/db?sslnegotiation=direct', /needs sslmode=require/],
  ['postgres://u:secret#more@h/db', /"#" is written %23/],
  ['postgres://u:100%secret@h/db', /"%" is written %25/],
  ['postgres://u:secret@::1/db', /in brackets|1 to 65535/],
  ['postgres://u:secret@h:0/db', /a port is 1 to 65535/],
  ['postgres://u:secret@h/db?sslmode', /a parameter without "="/],
  ['host=h password=se cret', /pairs are written name=value/],
  ["host=h password='secret", /pairs are written name=value/],
  ['host=h sslmod=require password=secret', /did you mean "sslmode"/],
  ['host=h port=x password=secret', /a port is 1 to 65535/],
  ['secret', /must begin with postgres:.* or be pairs/],
];

describe('a connection URL', () => {
  for (const [url, means] of [...urls, ...pairs]) {
    it(`is read as libpq reads it, and the same again from what is made of it: ${url}`, () => {
      const read = readAddress(url);
      const { more, ...rest } = means;
      assert.deepEqual({ ...read, more: { ...read.more, ...more } }, { ...read, ...rest });
      if (more !== undefined && Object.keys(more).length === 0) assert.deepEqual(read.more, {});
      assert.deepEqual(readAddress(urlOf(read)), read);
    });
  }

  for (const [url, says] of refused) {
    it(`is refused in one line without its password: ${url}`, () => {
      assert.throws(
        () => readAddress(url),
        (error) => {
          assert.ok(error instanceof UserError);
          assert.match(error.message, says);
          assert.doesNotMatch(error.message, /secret|cret|\n/);
          return true;
        },
      );
    });
  }
});

describe('the URL of a socket', () => {
  it('has user and port where the oldest clients look for them', () => {
    const url = urlOf(readAddress('postgres:///db?host=/a/b&port=6000&user=u'));
    const { auth, port, pathname, query } = parseUrl(url, true); // as pg before 8.6 does
    assert.deepEqual(
      [auth, port, pathname, query['host'], query['sslmode']],
      ['u', '6000', '/db', '/a/b', 'disable'],
    );
    const read = new URL(url); // as pg does now
    assert.deepEqual(
      [read.username, read.port, read.searchParams.get('host')],
      ['u', '6000', '/a/b'],
    );
  });
});

describe('what each program is told of a server', () => {
  const address = readAddress(
    'postgres://u:p%20w@[::1]:5433/db?sslmode=require&channel_binding=require&keepalives=0&options=-c%20work_mem%3D8MB',
  );
  const settings = { default_transaction_isolation: 'read committed', jit: 'off' };

  it('for pg is nothing that it would look up in the environment', () => {
    const { ssl, ...config } = pgConfig(address, true);
    assert.deepEqual(config, {
      host: '::1',
      port: 5433,
      user: 'u',
      database: 'db',
      password: 'p w',
      sslnegotiation: 'postgres',
      enableChannelBinding: true,
      keepAlive: false,
      keepAliveInitialDelayMillis: 0,
      connectionTimeoutMillis: 30_000,
    });
    assert.equal(typeof ssl === 'object' && ssl.rejectUnauthorized, false);
    const { password } = pgConfig(readAddress('postgres://u@h/db'), false);
    assert.throws(() => typeof password === 'function' && password(), /asks for a password/);
  });

  it('for dbmate is no more than its driver knows, and the settings of its session', () => {
    assert.equal(
      dbmateUrl(address, settings),
      'postgres://u:p%20w@localhost:5433/db?host=%3A%3A1&sslmode=require&options=-c%20work_mem%3D8MB' +
        '&default_transaction_isolation=read%20committed&jit=off',
    );
  });

  it('for pgbench stands in its environment, and nothing of the shell’s beside', () => {
    process.env['PGSERVICE'] = 'none';
    try {
      const told = libpqEnvironment(address, settings);
      const variables = Object.entries(told).filter(([name]) => /^PG|^DATABASE_URL/.test(name));
      assert.deepEqual(Object.fromEntries(variables), {
        PGHOST: '::1',
        PGPORT: '5433',
        PGUSER: 'u',
        PGPASSWORD: 'p w',
        PGDATABASE: 'db',
        PGSSLMODE: 'require',
        PGGSSENCMODE: 'disable',
        PGCHANNELBINDING: 'require',
        PGCLIENTENCODING: 'UTF8',
        PGOPTIONS: '-c work_mem=8MB -c default_transaction_isolation=read\\ committed -c jit=off',
      });
    } finally {
      delete process.env['PGSERVICE'];
    }
  });
});
