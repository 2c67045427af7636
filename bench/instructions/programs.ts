import { spawnSync } from 'node:child_process';
import { existsSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type pg from 'pg';
import { codeOf, messageOf, UserError } from '../../db/cli/errors.ts';
import { isSocket, readAddress } from '../../db/connection/address.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import type { Lab } from '../../db/lab.ts';
import { type Account, may, runAs } from '../../db/server/account.ts';
import { type Binaries, findBinaries } from '../../db/server/binaries.ts';
import { serverPaths } from '../../db/server/paths.ts';
import { readSql } from '../../db/sql.ts';
import { insufficientPrivilege } from '../../db/sqlstates.ts';
import { CountFailure } from './counter-output.ts';

/** The programs to count on, and whose they are. */
export interface CountedPrograms {
  readonly binaries: Binaries;
  readonly whose: "the run's own" | 'the embedded server of the same major version';
  /** `postgres (PostgreSQL) 18.4`. */
  readonly version: string;
}

/**
 * The programs of the run's server where they are on this machine; else those of the embedded server if
 * it has the same major version.
 *
 * @throws CountFailure that says why there are none
 */
export async function findPrograms(
  lab: Pick<Lab, 'url' | 'major'> & { readonly server: { readonly kind: Lab['server']['kind'] } },
  admin: pg.Client,
  account: Account,
): Promise<CountedPrograms> {
  if (lab.server.kind === 'external') {
    const folder = await folderOfServer(lab.url, admin, account);
    if (folder !== undefined) {
      const binaries = {
        initdb: join(folder, 'initdb'),
        pgCtl: join(folder, 'pg_ctl'),
        postgres: join(folder, 'postgres'),
        major: lab.major,
      };
      return { binaries, whose: "the run's own", version: versionOf(account, binaries.postgres) };
    }
  }
  const binaries = embedded(account);
  if (binaries.major !== lab.major) {
    throw new CountFailure(
      `the programs of the server, PostgreSQL ${lab.major}, are not on this machine, and the embedded server is PostgreSQL ${binaries.major}`,
    );
  }
  return {
    binaries,
    whose:
      lab.server.kind === 'embedded'
        ? "the run's own"
        : 'the embedded server of the same major version',
    version: versionOf(account, binaries.postgres),
  };
}

function embedded(account: Account): Binaries {
  try {
    return findBinaries(account, serverPaths(account).home);
  } catch (error) {
    if (error instanceof UserError) throw new CountFailure(messageOf(error));
    throw error;
  }
}

const whereSql = readSql(new URL('./sql/where_the_server_is.sql', import.meta.url));

/**
 * The folder with the programs of a server of this machine: where its process says that it runs from, or
 * else the folder that it was built for, if what lies there has its very version.
 */
async function folderOfServer(
  url: string,
  admin: pg.Client,
  account: Account,
): Promise<string | undefined> {
  const { host } = readAddress(url);
  const isLocal = isSocket(host) || ['localhost', '127.0.0.1', '::1'].includes(host);
  if (!isLocal) return undefined;
  const answer = await admin
    .query<{ pid: number; folder: string | null; version: string }>(whereSql)
    .catch((error: unknown) => {
      if (codeOf(error) === insufficientPrivilege) return undefined;
      throw error;
    });
  if (answer === undefined) return undefined;
  const { pid, folder, version } = onlyRow(answer);
  const isWhole = (candidate: string): boolean =>
    ['initdb', 'pg_ctl', 'postgres'].every((name) => may(account, '-x', join(candidate, name))) &&
    versionOf(account, join(candidate, 'postgres')).includes(version);
  return [folderOfProcess(pid), folder ?? undefined].find(
    (candidate) => candidate !== undefined && existsSync(candidate) && isWhole(candidate),
  );
}

/** Only Linux tells, and only to root and to the server's own account. In a container pids are others. */
function folderOfProcess(pid: number): string | undefined {
  try {
    const program = readlinkSync(`/proc/${pid}/exe`);
    return program.endsWith('/postgres') ? dirname(program) : undefined;
  } catch {
    return undefined;
  }
}

function versionOf(account: Account, postgres: string): string {
  const printed = spawnSync(postgres, ['--version'], { ...runAs(account), encoding: 'utf8' });
  return printed.status === 0 ? printed.stdout.trim() : '';
}
