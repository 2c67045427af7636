import { join } from 'node:path';
import { UserError } from '../../db/cli/errors.ts';
import { readJson } from '../../db/cli/read-json.ts';
import { schemaCheck } from '../../db/format/schema-check.ts';
import { findFolderWith } from '../results/run-folder.ts';
import type { MappedResults } from './results.ts';

/** The folder of a run in a mapping's tables: a path, or a name under reports/; undefined where it is not one. */
export function findMapped(nameOrPath: string): string | undefined {
  return findFolderWith('mapped.json', nameOrPath);
}

/**
 * Reads the mapped.json of a run's folder.
 *
 * @throws UserError where it is cut off, of another format version, or does not fit mapped.schema.json
 */
export function readMapped(folder: string): MappedResults {
  const file = join(folder, 'mapped.json');
  const value = readJson(file);
  const problem = mappedMisfit(value);
  if (problem !== undefined) throw new UserError(`${file} is not a complete run: ${problem}`);
  return value as MappedResults;
}

/** Where a value does not fit mapped.schema.json. */
export const mappedMisfit = schemaCheck(new URL('./mapped.schema.json', import.meta.url));
