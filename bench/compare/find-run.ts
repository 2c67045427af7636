import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../db/errors.ts';
import { nearest } from '../../db/nearest.ts';
import { projectDir } from '../../db/server/paths.ts';

/** Where runs are kept. */
export const reportsFolder = join(projectDir, 'reports');

/**
 * The folder of a run: a path to a folder or a results.json, or a name under reports/ (`latest`).
 *
 * @throws UserError that suggests the nearest name.
 */
export function findRun(nameOrPath: string, folder: string = reportsFolder): string {
  const named = join(folder, nameOrPath);
  if (existsSync(join(named, 'results.json'))) return named;
  if (existsSync(join(nameOrPath, 'results.json'))) return nameOrPath;
  if (nameOrPath.endsWith('.json') && existsSync(nameOrPath)) return nameOrPath;
  const known = existsSync(folder)
    ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'results.json')))
    : [];
  throw new UserError(
    known.length === 0
      ? `no run "${nameOrPath}", and none under reports/: npm run bench makes one`
      : `no run "${nameOrPath}"${nearest(nameOrPath, known)}`,
  );
}
