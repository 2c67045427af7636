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
import { UserError } from '../cli/errors.ts';
import { projectDir } from '../cli/project-dir.ts';
import { itemAt } from '../item-at.ts';
import { pgbenchVersion, runPgbench } from '../pgbench-process.ts';
import { dbmate } from '../schema/dbmate.ts';
import { serverAccount } from '../server/account.ts';
import { type Drill, newDrill, skipDrills, until } from '../testing/embedded-drill.ts';
import { freePort } from '../testing/free-port.ts';
import { readAddress } from './address.ts';
import { chooseServer } from './choose-server.ts';
import { connect } from './connect.ts';
import { complete } from './environment.ts';

/** A row of docs/servers.md: a DATABASE_URL, the shell's variables, and what happens. */
interface Row {
  readonly text: string;
  readonly variables: readonly string[];
  readonly happens: string;
}

const rows: readonly Row[] = readFileSync(join(projectDir, 'docs/servers.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| `(postgres|host|service|jdbc)/.test(line))
  .map((line) => {
    const [, form = '', beside = '', happens = ''] = line.split('|').map((cell) => cell.trim());
    const variables = [...beside.matchAll(/`([A-Z_]+=[^`]*)`/g)].map(([, one = '']) => one);
    return { text: form.slice(1, -1), variables, happens };
  });

const noOpenssl =
  spawnSync('openssl', ['version']).status !== 0 &&
  'no openssl on this machine, to make a certificate';
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

describe('the forms of DATABASE_URL in docs/servers.md', { skip: skipDrills || noOpenssl }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-forms-'));
  const migrations = {
    folder: pathToFileURL(`${join(folder, 'migrations')}/`),
    historyTable: 'optout_lab.told_migrations',
  };
  const script = join(folder, 'script.sql');
  const insertTold =
    'insert into public.told select ssl from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid();\n';
  let drill: Drill;
  let port: number;
  let socketDir: string;

  before(async () => {
    drill = newDrill();
    const socketUrl = await drill.up();
    const data = join(drill.home, 'data');
    makeServerCertificate(folder, data);
    makeClientCertificate(folder, 'certified');
    const owner = await connect(socketUrl);
    await owner.query('alter system set ssl = on');
    await owner.query(`alter system set ssl_ca_file = 'clients.crt'`);
    await owner.query(`alter system set listen_addresses = '127.0.0.1${hasIpv6 ? ',::1' : ''}'`);
    await owner.query(`create role me superuser login password 'secret'`);
    await owner.query(`create role cleartext superuser login password 'secret'`);
    await owner.query('create role plain superuser login');
    await owner.query('create role certified superuser login');
    await owner.query('create database app');
    await owner.end();
    await drill.run('db/commands/db-down.ts');
    port = await freePort();
    const up = await drill.run('db/commands/db-up.ts', `--tcp-port=${port}`);
    assert.equal(up.exitCode, 0, up.stderr);
    socketDir = readAddress(up.stdout.trim()).host;
    const places = ['127.0.0.1/32', '::1/128'];
    writeFileSync(
      join(data, 'pg_hba.conf'),
      [
        'local all all trust',
        ...places.flatMap((place) => [
          `hostssl all plain ${place} reject`,
          `hostnossl all plain ${place} trust`,
          `hostssl all certified ${place} cert`,
          `hostssl all cleartext ${place} password`,
          `hostssl all all ${place} scram-sha-256`,
        ]),
        '',
      ].join('\n'),
    );
    const app = await connect(meant(`postgres://me@localhost:5432/app?host=/var/run/postgresql`));
    await app.query('create table told (ssl boolean)');
    await app.query('select pg_reload_conf()');
    await until('the rules are read', async () => {
      const { rowCount } = await app.query(
        `select from pg_hba_file_rules where auth_method = 'cert' and error is null`,
      );
      // and by those that come: the postmaster reads them when it gets to it
      const refused = await connect(
        meant('postgres://me:secret@192.0.2.7:5432/app?sslmode=disable'),
      ).then(
        async (client) => {
          await client.end();
          return false;
        },
        () => true,
      );
      return rowCount === places.length && refused;
    });
    await app.end();
    mkdirSync(join(folder, 'migrations'));
    writeFileSync(
      join(folder, 'migrations', '1_told.sql'),
      `-- migrate:up\n${insertTold}-- migrate:down\nselect 1;\n`,
    );
    writeFileSync(script, insertTold);
    const place = meant('host=db.example.com\nport=5432\nuser=me\npassword=secret\ndbname=app\n');
    writeFileSync(
      join(folder, 'services'),
      `[mine]\n${place}sslmode=require\n[misspelt]\n${place}sslmod=require\n`,
    );
    writeFileSync(join(folder, 'pgpass'), meant('db.example.com:5432:*:me:secret\n'), {
      mode: 0o600,
    });
  });
  after(async () => {
    await drill.remove();
    rmSync(folder, { recursive: true });
  });

  /** What stands in the table, for the server of this test. */
  const meant = (text: string): string =>
    text
      .replaceAll('5432', String(port))
      .replaceAll('db.example.com', 'localhost')
      .replaceAll('db2.example.com', '127.0.0.1')
      .replaceAll('192.0.2.7', '127.0.0.1')
      .replaceAll('2001:db8::7', '::1')
      .replaceAll('/var/run/postgresql', socketDir)
      .replaceAll('%2Fvar%2Frun%2Fpostgresql', encodeURIComponent(socketDir))
      .replaceAll(/\/(ca|me)\/(?=\w+)/g, `${folder}/`);

  /** Chooses, connects, has dbmate migrate and pgbench run: whether each had TLS. */
  const waysOf = async (text: string, environment: NodeJS.ProcessEnv): Promise<unknown[]> => {
    const url = await chooseServer(complete(text, environment));
    const client = await connect(url);
    const ways: unknown[] = [];
    const told = async (): Promise<void> => {
      const deleted = await client.query<{ ssl: boolean }>('delete from told returning ssl');
      ways.push(...deleted.rows.map(({ ssl }) => ssl));
    };
    try {
      await client.query(insertTold);
      await told();
      await dbmate(url, migrations, 'migrate');
      await told();
      await dbmate(url, migrations, 'rollback');
      if (pgbenchVersion() !== undefined) {
        const args = ['--no-vacuum', '--transactions=1', `--file=${script}`];
        await runPgbench(url, args, { applicationName: 'told' });
        await told();
      }
    } finally {
      await client.end();
    }
    return ways;
  };

  it('are all read from there', () => {
    assert.ok(rows.length > 55, `${rows.length} rows`);
  });

  for (const { text, variables, happens } of rows) {
    const skip = text.includes('2001:db8') && !hasIpv6 && 'this machine has no ::1';
    it(`${[...variables, text].join(' ')}: ${happens}`, { skip }, async () => {
      const environment = Object.fromEntries(
        ['PGPASSFILE=/dev/null/none', ...variables].map((variable) => {
          const equals = variable.indexOf('=');
          return [variable.slice(0, equals), meant(variable.slice(equals + 1))];
        }),
      );
      const tried = withVariable('SSL_CERT_FILE', environment['SSL_CERT_FILE'], () =>
        waysOf(meant(text), environment),
      );
      if (!happens.startsWith('refused')) {
        assert.match(happens, /^(no )?TLS\b/);
        const tls = happens.startsWith('TLS');
        assert.deepEqual(
          await tried,
          pgbenchVersion() === undefined ? [tls, tls] : [tls, tls, tls],
        );
        return;
      }
      const says = itemAt(/^refused: `([^`]+)`/.exec(happens) ?? [], 1);
      await assert.rejects(tried, (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.ok(error.message.includes(says), error.message);
        assert.doesNotMatch(error.message, /sec#?ret|wrong|\n/);
        return true;
      });
    });
  }

  it('serve a command, which says nothing of how TLS was asked for', async () => {
    const text = meant(
      'host=db.example.com port=5432 user=me password=secret dbname=optout_lab sslmode=require',
    );
    for (const [file, ...args] of [
      ['db/commands/migrate-up.ts'],
      ['seed/commands/seed.ts', '--scale=2000'],
    ] as const) {
      const outcome = await drill.runWith({ DATABASE_URL: text }, file, ...args);
      assert.deepEqual([outcome.exitCode, outcome.stderr], [0, '']);
    }
    for (const file of ['db/commands/db-url.ts', 'db/commands/db-up.ts']) {
      const { stdout } = await drill.runWith({ DATABASE_URL: text }, file);
      const printed = meant('postgres://me:secret@db.example.com:5432/optout_lab?sslmode=require');
      assert.equal(stdout, `${printed}\n`);
    }
  });
});

async function withVariable<T>(
  name: string,
  value: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const before = process.env[name];
  if (value !== undefined) process.env[name] = value;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}

function openssl(...args: readonly string[]): void {
  const made = spawnSync('openssl', args, { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
}

const fresh = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];

/** A certificate for the server in that data folder, signed by itself; a copy to verify it by, and another. */
function makeServerCertificate(folder: string, data: string): void {
  const [key, file] = [join(data, 'server.key'), join(data, 'server.crt')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  openssl(...fresh, ...names, '-keyout', key, '-out', file);
  giveToServer(key, file);
  writeFileSync(join(folder, 'root.crt'), readFileSync(file));
  const other = join(folder, 'other.crt');
  openssl(...fresh, '-subj', '/CN=other', '-keyout', join(folder, 'other.key'), '-out', other);

  const clients = join(data, 'clients.crt');
  openssl(
    ...fresh,
    '-subj',
    '/CN=clients',
    '-keyout',
    join(folder, 'clients.key'),
    '-out',
    clients,
  );
  writeFileSync(join(folder, 'clients.crt'), readFileSync(clients));
  giveToServer(clients);
}

/** A certificate of that role, signed by whom the server trusts; its key, and a copy that others may read. */
function makeClientCertificate(folder: string, role: string): void {
  const at = (name: string): string => join(folder, name);
  const request = ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${role}`];
  openssl(...request, '-keyout', at('client.key'), '-out', at('client.csr'));
  const signer = ['-CA', at('clients.crt'), '-CAkey', at('clients.key'), '-CAcreateserial'];
  openssl(
    'x509',
    '-req',
    '-days',
    '2',
    '-in',
    at('client.csr'),
    ...signer,
    '-out',
    at('client.crt'),
  );
  chmodSync(at('client.key'), 0o600);
  writeFileSync(at('open.key'), readFileSync(at('client.key')), { mode: 0o644 });
}

function giveToServer(...paths: readonly string[]): void {
  const { uid, gid, differs } = serverAccount();
  for (const path of paths) {
    chmodSync(path, 0o600);
    if (differs) chownSync(path, uid, gid);
  }
}
