import { strict as assert } from 'node:assert';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { UserError } from '../cli/errors.ts';
import { readAddress } from './address.ts';
import { complete, withoutServerVariables } from './environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-environment-'));
after(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
const passwords = file(
  'passwords',
  `# a comment\nelsewhere:*:*:*:wrong\nh:5432:db:u:colon\\:and\\\\back\n*:*:*:other:any\n`,
);
const services = file(
  'services',
  '[first]\nhost=wrong\n\n# the one\n[mine]\nhost=h\nport=6543\nuser=u\ndbname=served\n',
);

/* A URL, the shell's variables, and what libpq makes of the two. */
const rows: readonly (readonly [url: string, Record<string, string>, means: object])[] = [
  ['postgres://u@/db', { PGHOST: 'h', PGPORT: '6000' }, { host: 'h', port: 6000 }],
  [
    'postgres://u@h/db',
    { PGHOST: 'other', PGUSER: 'other', PGDATABASE: 'other' },
    { host: 'h', user: 'u', database: 'db' },
  ],
  ['postgres://h', { PGUSER: 'u', PGDATABASE: 'db' }, { user: 'u', database: 'db' }],
  ['postgres://u@h/db', { PGPASSWORD: 'pw' }, { more: { password: 'pw' } }],
  ['postgres://u:own@h/db', { PGPASSWORD: 'pw' }, { more: { password: 'own' } }],
  ['postgres://u@h/db', { PGPASSFILE: passwords }, { more: { password: 'colon:and\\back' } }],
  ['postgres://other@x/y', { PGPASSFILE: passwords }, { more: { password: 'any' } }],
  ['postgres://u@x/db', { PGPASSFILE: passwords }, { more: {} }],
  ['postgres://u@h/db', { PGSSLMODE: 'require' }, { sslMode: 'require' }],
  ['postgres://u@h/db?sslmode=disable', { PGSSLMODE: 'require' }, { sslMode: 'disable' }],
  ['postgres://u@h/db', { PGOPTIONS: '-c work_mem=8MB' }, { more: { options: '-c work_mem=8MB' } }],
  ['postgres://u@h/db', { PGCONNECT_TIMEOUT: '3' }, { more: { connect_timeout: '3' } }],
  ['postgres://u@h/db', { PGCHANNELBINDING: 'require' }, { more: { channel_binding: 'require' } }],
  [
    'postgres://',
    { PGSERVICE: 'mine', PGSERVICEFILE: services, PGHOST: 'other' },
    { host: 'h', port: 6543, database: 'served' },
  ],
  ['postgres://u@h2/db?service=mine', { PGSERVICEFILE: services }, { host: 'h2', port: 6543 }],
  ['postgres://u@h/db', { PGCLIENTENCODING: 'LATIN1', PGTZ: 'x', PGAPPNAME: 'x' }, { more: {} }],
];

/** Of a list, all in their order. */
const completed = (text: string, environment: Record<string, string>) =>
  complete(text, environment).urls.map(readAddress);

describe('a server that is not ours', () => {
  for (const [url, variables, means] of rows) {
    it(`is ${JSON.stringify(means)} where ${Object.keys(variables)} and ${url} are given`, () => {
      const environment = { PGPASSFILE: '/dev/null/none', ...variables };
      const [read, ...others] = completed(url, environment);
      assert.deepEqual([read, others], [{ ...read, ...means }, []]);
    });
  }

  it('is refused where the shell names no port, and says so', () => {
    for (const PGPORT of ['five', '0', '65536', ':']) {
      assert.throws(
        () => complete('postgres://u@h/db', { PGPORT }),
        new UserError(`the port is "${PGPORT}", and a port is 1 to 65535`),
      );
    }
  });

  it('is refused where a service is named that no file has', () => {
    assert.throws(
      () => complete('postgres://u@h/db', { PGSERVICE: 'none', PGSERVICEFILE: services }),
      /^UserError: no service "none" in .*services$/,
    );
  });

  it('gets no password from a file that others may read', () => {
    const open = file('open', 'h:5432:db:u:pw\n', 0o644);
    const [read] = completed('postgres://u@h/db', { PGPASSFILE: open });
    assert.equal(read?.more['password'], undefined);
  });
});

describe('a list of servers', () => {
  it('is completed one by one, each with its own password', () => {
    const read = completed('postgres://u@x,h,[::1]:7/db?sslmode=require', {
      PGPASSFILE: passwords,
      PGPORT: '6',
    });
    assert.deepEqual(
      read.map(({ host, port, more, sslMode }) => [host, port, more['password'], sslMode]),
      [
        ['x', 5432, undefined, 'require'],
        ['h', 5432, 'colon:and\\back', 'require'],
        ['::1', 7, undefined, 'require'],
      ],
    );
  });

  it('says whether one that takes writes is asked for', () => {
    const asked = (query: string): boolean =>
      complete(`postgres://u@h/db${query}`, {}).mustTakeWrites;
    assert.deepEqual(
      ['', '?target_session_attrs=any', '?target_session_attrs=primary'].map(asked),
      [false, false, true],
    );
  });
});

describe('the environment of a child', () => {
  it('holds nothing that names a server, and all the rest', () => {
    const kept = { PATH: '/bin', HOME: '/root', PAGER: 'less', OPTOUT_LAB_DATA_DIR: '/d' };
    const dropped = { PGSERVICE: 'x', PGSSLMODE: 'x', DBMATE_DRIVER: 'mysql', DATABASE_URL: 'x' };
    assert.deepEqual(withoutServerVariables({ ...kept, ...dropped }), kept);
  });
});
