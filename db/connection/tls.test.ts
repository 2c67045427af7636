import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { pgbenchVersion, runPgbench } from '../pgbench-process.ts';
import { dbmate } from '../schema/dbmate.ts';
import { serverAccount } from '../server/account.ts';
import { type Drill, newDrill, skipDrills, until } from '../testing/embedded-drill.ts';
import { freePort } from '../testing/free-port.ts';
import { connect } from './connect.ts';
import { completeUrl } from './environment.ts';

const noOpenssl =
  spawnSync('openssl', ['version']).status !== 0 &&
  'no openssl on this machine, to make a certificate';
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

/* A server with a certificate that it signed itself, for "localhost"; what pg, dbmate and pgbench make of its URL. */
describe('a URL with each of the ways to a server', { skip: skipDrills || noOpenssl }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-tls-'));
  const certificate = join(folder, 'root.crt');
  let drill: Drill;
  let socketUrl: string;
  let port: number;
  let password: string;

  before(async () => {
    drill = newDrill();
    socketUrl = await drill.up();
    const data = join(drill.home, 'data');
    makeCertificate(data, certificate);
    const owner = await connect(socketUrl);
    await owner.query('alter system set ssl = on');
    await owner.query(`alter system set listen_addresses = '127.0.0.1${hasIpv6 ? ',::1' : ''}'`);
    await owner.end();
    await drill.run('db/commands/db-down.ts');
    port = await freePort();
    const up = await drill.run('db/commands/db-up.ts', `--tcp-port=${port}`);
    assert.equal(up.exitCode, 0, up.stderr);
    socketUrl = up.stdout.trim();
    password = readFileSync(join(drill.home, 'tcp-password'), 'utf8').trim();
    // of these, one asks for TLS, one for none
    const rules = [
      'hostssl all all 127.0.0.1/32',
      'hostnossl all all ::1/128',
      'hostssl all all ::1/128',
    ];
    writeFileSync(
      join(data, 'pg_hba.conf'),
      `local all all trust\nhostssl all "no tls" 127.0.0.1/32 reject\nhostnossl all "no tls" 127.0.0.1/32 trust\n${rules.map((rule) => `${rule} scram-sha-256\n`).join('')}`,
    );
    const again = await connect(socketUrl);
    await again.query('create role "no tls" superuser login');
    await again.query('create table told (ssl boolean)');
    await again.query('select pg_reload_conf()');
    await again.end();
    await until('the rules are read', async () => {
      const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres?sslmode=disable`;
      return connect(url).then(
        async (client) => {
          await client.end();
          return false;
        },
        () => true,
      );
    });
    mkdirSync(join(folder, 'migrations'));
    writeFileSync(
      join(folder, 'migrations', '1_told.sql'),
      `-- migrate:up\n${insertTold}-- migrate:down\nselect 1;\n`,
    );
  });
  after(async () => {
    await drill.remove();
    rmSync(folder, { recursive: true });
  });

  const insertTold =
    'insert into public.told select ssl from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid();\n';
  const migrations = {
    folder: pathToFileURL(`${join(folder, 'migrations')}/`),
    historyTable: 'optout_lab.told_migrations',
  };
  const at = (host: string, query = '', login = `postgres:${password}`): string =>
    `postgres://${login}@${host}:${port}/optout_lab${query === '' ? '' : `?${query}`}`;

  const works: readonly (readonly [
    what: string,
    url: () => string,
    tls: boolean,
    skip?: string | false,
  ])[] = [
    ['no word of TLS', () => at('127.0.0.1'), true],
    ['no word of TLS, and a server that allows none', () => at('127.0.0.1', '', 'no%20tls'), false],
    ['sslmode=prefer', () => at('127.0.0.1', 'sslmode=prefer'), true],
    ['sslmode=allow, and a server that insists', () => at('127.0.0.1', 'sslmode=allow'), true],
    ['sslmode=disable', () => at('127.0.0.1', 'sslmode=disable', 'no%20tls'), false],
    ['sslmode=require', () => at('127.0.0.1', 'sslmode=require'), true],
    [
      'channel_binding=require, which one provider puts in all its URLs',
      () => at('127.0.0.1', 'sslmode=require&channel_binding=require'),
      true,
    ],
    ['verify-ca', () => at('127.0.0.1', `sslmode=verify-ca&sslrootcert=${certificate}`), true],
    [
      'verify-full',
      () => at('localhost', `sslmode=verify-full&sslrootcert=${certificate}&hostaddr=127.0.0.1`),
      true,
    ],
    [
      'keepalives',
      () => at('127.0.0.1', 'keepalives=1&keepalives_idle=30&keepalives_count=3'),
      true,
    ],
    ['options', () => at('127.0.0.1', 'options=-c%20work_mem%3D8MB%20-c%20jit%3Don'), true],
    ['target_session_attrs', () => at('127.0.0.1', 'target_session_attrs=read-write'), true],
    ['an IPv6 address', () => at('[::1]'), true, !hasIpv6 && 'this machine has no ::1'],
    [
      'a percent-encoded socket folder',
      () => {
        const { searchParams } = new URL(socketUrl.replace('postgres:///', 'http://x/'));
        const socket = encodeURIComponent(searchParams.get('host') ?? '');
        return `postgres://postgres@${socket}:${port}/optout_lab`;
      },
      false,
    ],
  ];
  for (const [what, url, tls, skip = false] of works) {
    it(`is taken alike by pg, dbmate and pgbench: ${what}`, { skip }, async () => {
      const complete = completeUrl(url(), {});
      const client = await connect(complete);
      const ways: unknown[] = [];
      const told = async (): Promise<unknown> => {
        const { rows } = await client.query<{ ssl: boolean }>('delete from told returning ssl');
        return rows.map(({ ssl }) => ssl);
      };
      try {
        await client.query(insertTold);
        ways.push(await told());
        await dbmate(complete, migrations, 'migrate');
        ways.push(await told());
        await dbmate(complete, migrations, 'rollback');
        if (pgbenchVersion() !== undefined) {
          const script = join(folder, 'script.sql');
          writeFileSync(script, insertTold);
          const args = ['--no-vacuum', '--transactions=1', `--file=${script}`];
          await runPgbench(complete, args, { applicationName: 'told' });
          ways.push(await told());
        }
      } finally {
        await client.end();
      }
      assert.deepEqual(
        ways,
        ways.map(() => [tls]),
      );
    });
  }

  const refused: readonly (readonly [what: string, url: () => string, says: RegExp])[] = [
    [
      'verify-full by those whom the world trusts',
      () => at('localhost', 'sslmode=verify-full&hostaddr=127.0.0.1'),
      /self-signed certificate$/,
    ],
    [
      'another name than the certificate’s',
      () => at('127.0.0.1', `sslmode=verify-full&sslrootcert=${certificate}`),
      /does not match certificate/,
    ],
    [
      'a certificate of nobody',
      () => at('127.0.0.1', 'sslmode=verify-ca&sslrootcert=/no/file'),
      /cannot read sslrootcert: ENOENT/,
    ],
    [
      'no password',
      () => at('127.0.0.1', '', 'postgres'),
      /asks for a password, and the URL has none$/,
    ],
  ];
  for (const [what, url, says] of refused) {
    it(`is refused in one line: ${what}`, async () => {
      await assert.rejects(
        connect(completeUrl(url(), { PGPASSFILE: '/dev/null/none' })),
        (error) => {
          assert.ok(error instanceof Error && error.name === 'UserError');
          assert.match(error.message, says);
          assert.ok(!error.message.includes(password) && !error.message.includes('\n'));
          return true;
        },
      );
    });
  }

  it('serves a command, which says nothing of how TLS was asked for', async () => {
    for (const [file, ...args] of [
      ['db/commands/migrate-up.ts'],
      ['seed/commands/seed.ts', '--scale=2000'],
    ] as const) {
      const outcome = await drill.runWith(
        { DATABASE_URL: at('127.0.0.1', 'sslmode=require') },
        file,
        ...args,
      );
      assert.deepEqual([outcome.exitCode, outcome.stderr], [0, '']);
    }
  });
});

/** Makes a certificate for the server in that data folder, signed by itself, and puts a copy to verify it by. */
function makeCertificate(data: string, copy: string): void {
  const [key, file] = [join(data, 'server.key'), join(data, 'server.crt')];
  const made = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', file],
    ],
    { encoding: 'utf8' },
  );
  assert.equal(made.status, 0, made.stderr);
  const { uid, gid, differs } = serverAccount();
  for (const path of [key, file]) {
    chmodSync(path, 0o600);
    if (differs) chownSync(path, uid, gid);
  }
  writeFileSync(copy, readFileSync(file));
}
