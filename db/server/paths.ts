import { createHash } from 'node:crypto';
import { chmodSync, lchownSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { shellWord } from '../cli/command-line.ts';
import { codeOf, messageOf, UserError } from '../cli/errors.ts';
import { makeFolders } from '../cli/output-path.ts';
import { workingDir } from '../cli/working-dir.ts';
import { type Account, may } from './account.ts';

/** The environment variable that moves the embedded server's folder. */
export const dataDirVariable = 'OPTOUT_LAB_DATA_DIR';

/** Where the embedded server keeps what it has. */
export interface ServerPaths {
  /** The folder that holds all of it; deleting it (with the server stopped) loses nothing but data. */
  readonly home: string;
  readonly data: string;
  readonly log: string;
  readonly socketDir: string;
}

/** Where a server notes its process. */
export function pidFile({ data }: Pick<ServerPaths, 'data'>): string {
  return join(data, 'postmaster.pid');
}

/**
 * The embedded server's folders: `.postgres` in the checkout (of an installed lab in the working folder), or what OPTOUT_LAB_DATA_DIR names.
 * As root, in a checkout that the server's account cannot enter, `/var/lib/optout-lab/…` instead.
 * Creates nothing.
 */
export function serverPaths(
  account: Account,
  moved: string | undefined = process.env[dataDirVariable],
): ServerPaths {
  const home =
    moved !== undefined && moved !== ''
      ? resolve(moved)
      : account.differs && !may(account, '-x', workingDir)
        ? join('/var/lib/optout-lab', `${basename(workingDir)}-${shortHash(workingDir)}`)
        : join(workingDir, '.postgres');
  return {
    home,
    data: join(home, 'data'),
    log: join(home, 'postgres.log'),
    // A socket's path may not exceed 107 bytes (Linux) or 103 (macOS): a checkout's own may.
    socketDir: join('/tmp', `optout-lab-${account.uid}-${shortHash(home)}`),
  };
}

/** Makes the folders that the server needs, private to its account. Throws a UserError where it cannot. */
export function makeServerFolders(paths: ServerPaths, account: Account): void {
  if (!isPlainForTools(paths.home)) {
    throw new UserError(
      `PostgreSQL's own tools cannot work in ${paths.home}, because of the $, \`, " or \\ in its name: ` +
        `set ${dataDirVariable} to another place`,
    );
  }
  mkdirFor(account, paths.home);
  mkdirFor(account, paths.socketDir);
  // /tmp is everybody's: what is found there, links included, must be what this account would make
  const socketDir = lstatSync(paths.socketDir);
  if (!socketDir.isDirectory() || socketDir.uid !== account.uid || (socketDir.mode & 0o077) !== 0) {
    throw new UserError(
      `${paths.socketDir} is not a private folder of the server's account (${account.name}): remove it`,
    );
  }
  const closed = closedFolder(account, paths.home);
  if (closed !== undefined) {
    throw new UserError(
      `the server's account (${account.name}) cannot enter ${closed}, and so not ${paths.home}: ` +
        `let others enter that folder (chmod o+x ${shellWord(closed)}), or set ${dataDirVariable} to another place`,
    );
  }
  if (!may(account, '-x', paths.home) || !may(account, '-w', paths.home)) {
    throw new UserError(
      `the server's account (${account.name}) cannot use ${paths.home}: ` +
        `set ${dataDirVariable} to a folder that it can enter and write`,
    );
  }
}

/** The first folder on the way to another, from the root on, that the account cannot enter. */
function closedFolder(account: Account, folder: string): string | undefined {
  const above: string[] = [];
  for (let at = dirname(folder); at !== dirname(at); at = dirname(at)) above.unshift(at);
  if (may(account, '-x', dirname(folder))) return undefined;
  return above.find((path) => !may(account, '-x', path));
}

/** Characters that mean something between double quotes to the shell through which initdb and pg_ctl run PostgreSQL. */
export function isPlainForTools(path: string): boolean {
  return !/[$`"\\\n]/.test(path);
}

function mkdirFor(account: Account, folder: string): void {
  try {
    if (makeFolders(dirname(folder)) && account.differs) chmodSync(dirname(folder), 0o755);
    try {
      mkdirSync(folder, { mode: 0o700 });
      if (account.differs) lchownSync(folder, account.uid, account.gid);
      chmodSync(folder, 0o700);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      requireOwnFolder(account, folder);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot make the folder ${folder}: ${messageOf(error)}`);
  }
}

/** What exists and holds anything keeps its owner and its mode: it may be anybody's. */
function requireOwnFolder(account: Account, folder: string): void {
  const existing = statSync(folder);
  if (!existing.isDirectory()) throw new UserError(`${folder} is not a folder: move it away`);
  if (existing.uid === account.uid) return;
  if (account.differs && existing.uid === 0 && readdirSync(folder).length === 0) {
    lchownSync(folder, account.uid, account.gid); // an empty folder that root made for the server
    chmodSync(folder, 0o700);
    return;
  }
  throw new UserError(
    account.differs
      ? `${folder} belongs to uid ${existing.uid}, and as root the server runs as ${account.name}: ` +
          `name an empty folder in ${dataDirVariable}, or chown it to ${account.name}`
      : `${folder} belongs to another user (uid ${existing.uid}): ` +
          `run this as that user, or set ${dataDirVariable} to a folder of your own`,
  );
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
