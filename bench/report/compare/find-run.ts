import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { commandLine } from '../../../db/cli/command-line.ts';
import { UserError } from '../../../db/cli/errors.ts';
import { nearest } from '../../../db/cli/nearest.ts';
import { workingDir } from '../../../db/cli/working-dir.ts';
import { isUnfinished } from '../../results/journal.ts';

/** Where runs are kept. */
export const reportsFolder = join(workingDir, 'reports');

/**
 * The folder of a run: a path to a folder or a results.json, or a name under reports/ (`latest`).
 *
 * @throws UserError that says where it is a load or not finished, or suggests the nearest name.
 */
export function findRun(nameOrPath: string, folder: string = reportsFolder): string {
  const named = join(folder, nameOrPath);
  if (existsSync(join(named, 'results.json'))) return named;
  if (existsSync(join(nameOrPath, 'results.json'))) return nameOrPath;
  if (nameOrPath.endsWith('.json') && existsSync(nameOrPath)) return nameOrPath;
  throw new UserError(whyNone(nameOrPath, named, folder));
}

function whyNone(nameOrPath: string, named: string, folder: string): string {
  const places = [named, nameOrPath];
  if (places.some((place) => existsSync(join(place, 'load.json')))) {
    return `"${nameOrPath}" is a load, not a bench run: compare takes two of a kind`;
  }
  const unfinished = places.find(isUnfinished);
  if (unfinished !== undefined) {
    return `"${nameOrPath}" is unfinished: go on with ${commandLine('bench', resumeFlags(unfinished, folder))}`;
  }
  const known = existsSync(folder)
    ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'results.json')))
    : [];
  return known.length === 0
    ? `no run "${nameOrPath}", and none under reports/: npm run bench makes one`
    : `no run "${nameOrPath}"${nearest(nameOrPath, known)}`;
}

/** The flags that go on with a run, beside those that it was begun with. */
function resumeFlags(run: string, folder: string): readonly string[] {
  const parent = dirname(resolve(run));
  const out = parent === resolve(folder) ? [] : ['--out', relative(process.cwd(), parent)];
  return [...out, '--run', basename(resolve(run)), '--resume'];
}
