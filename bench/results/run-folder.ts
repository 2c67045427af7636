import { existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { codeOf, messageOf, UserError } from '../../db/cli/errors.ts';
import { makeFolders, shownPath } from '../../db/cli/output-path.ts';
import { workingDir } from '../../db/cli/working-dir.ts';
import { isUnfinished } from './journal.ts';

/** Where runs are kept. */
export const reportsDir = join(workingDir, 'reports');

/** The folder that holds such a file: a path, or a name under reports/; undefined where neither does. */
export function findFolderWith(file: string, nameOrPath: string): string | undefined {
  return [join(reportsDir, nameOrPath), nameOrPath].find((folder) =>
    existsSync(join(folder, file)),
  );
}

/** Throws a UserError for a name that is not a folder's own. */
export function requireRunName(name: string): void {
  if (/^\w[\w.-]*$/.test(name)) return;
  throw new UserError(
    `--run names a folder, of letters, digits, "-", "_" and ".", a letter or digit first: ${name}`,
  );
}

/** Whether a run's folder lies in that of another run, which has a page and no list of runs. */
export function isPartOfRun(folder: string): boolean {
  return existsSync(join(dirname(resolve(folder)), 'results.json'));
}

/** One run's folder. */
export interface RunFolder {
  readonly runId: string;
  readonly path: string;
  /** Whether it was made now, and is not that of a run to go on with. */
  readonly isNew: boolean;
  /** Makes `latest`, beside it, name it: a symbolic link, or a text file where links are not allowed. Not in the folder of another run. */
  nameLatest(): void;
}

/**
 * Makes a new folder `TIMESTAMP-WHAT`, or of the name that was asked for; with `resume`, the folder
 * of a run of that name that was not finished is used again.
 *
 * @throws UserError where it exists, or holds nothing to resume
 */
export function createRunFolder(
  what: string,
  startedAt: Date,
  options: {
    readonly out?: string | undefined;
    readonly runName?: string | undefined;
    readonly resume?: boolean;
  },
): RunFolder {
  const parent = options.out ?? reportsDir;
  const timestamp = startedAt.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
  const runId = options.runName ?? `${timestamp}-${what}`;
  const path = join(parent, runId);
  const isNew = !(options.resume === true && isUnfinished(path));
  makeParent(parent);
  try {
    if (isNew) mkdirSync(path);
  } catch (error) {
    throw new UserError(
      codeOf(error) === 'EEXIST'
        ? alreadyThere(path, options.resume === true)
        : `cannot make ${path}: ${messageOf(error)}`,
    );
  }
  return {
    runId,
    path,
    isNew,
    nameLatest() {
      if (isPartOfRun(path)) return;
      const latest = join(parent, 'latest');
      rmSync(latest, { force: true });
      try {
        symlinkSync(runId, latest, 'dir');
      } catch {
        writeFileSync(latest, `${runId}\n`);
      }
    },
  };
}

function makeParent(parent: string): void {
  if (existsSync(parent) && !statSync(parent).isDirectory()) {
    throw new UserError(`--out ${parent} is not a folder`);
  }
  try {
    makeFolders(parent);
  } catch (error) {
    throw new UserError(`cannot make ${parent}: ${messageOf(error)}`);
  }
}

function alreadyThere(path: string, resume: boolean): string {
  const shown = shownPath(path);
  if (resume) return `${shown} holds no unfinished run: there is nothing to go on with`;
  return isUnfinished(path)
    ? `${shown} holds a run that was interrupted: go on with it by --resume, or give another --run`
    : `${shown} exists already: give the run another name with --run`;
}
