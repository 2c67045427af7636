import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, UserError } from '../../../db/cli/errors.ts';
import { schemaCheck } from '../../../db/format/schema-check.ts';
import { findFolderWith } from '../../results/run-folder.ts';
import { loadFormatVersion } from './format-version.ts';
import { inNewestLoadFormat } from './older-formats.ts';
import type { LoadResults } from './results.ts';

/** The folder of a load: a path, or a name under reports/; undefined where it is not one. */
export function findLoad(nameOrPath: string): string | undefined {
  return findFolderWith('load.json', nameOrPath);
}

/**
 * Reads the load.json of a run's folder.
 *
 * @throws UserError where it is cut off, of another format version, or does not fit load.schema.json.
 */
export function readLoad(folder: string): LoadResults {
  const file = join(folder, 'load.json');
  let value: unknown;
  try {
    value = inNewestLoadFormat(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new UserError(`cannot read ${file}: ${messageOf(error)}`);
  }
  const version = (value as { formatVersion?: unknown } | null)?.formatVersion;
  if (version !== loadFormatVersion) {
    throw new UserError(
      `${file} has format version ${version}, and this lab reads ${loadFormatVersion}: run the load again`,
    );
  }
  const problem = loadMisfit(value);
  if (problem !== undefined) throw new UserError(`${file} is not a complete load: ${problem}`);
  return value as LoadResults;
}

/** Where a value does not fit load.schema.json. */
export const loadMisfit = schemaCheck(new URL('./load.schema.json', import.meta.url));
