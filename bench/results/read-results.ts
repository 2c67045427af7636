import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf, UserError } from '../../db/cli/errors.ts';
import { schemaCheck } from '../../db/format/schema-check.ts';
import { resultsFormatVersion } from './format-version.ts';
import { inNewestFormat } from './older-formats.ts';
import type { Results } from './results.ts';

/**
 * Reads a run's results.json, or the one in a run's folder.
 *
 * @throws UserError where there is none, where it is cut off or not a result, and where its format
 *   version is newer than this code reads, or too old.
 */
export function readResults(path: string): Results {
  const file = isFolder(path) ? join(path, 'results.json') : path;
  let value: unknown;
  try {
    value = inNewestFormat(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new UserError(`no run there: ${file} does not exist`);
    throw new UserError(`cannot read ${file}: ${messageOf(error)}`);
  }
  requireVersion(value, file);
  const problem = resultsMisfit(value);
  if (problem !== undefined) throw new UserError(`${file} is not a complete result: ${problem}`);
  return value as Results;
}

/** Where a value does not fit results.schema.json. */
export const resultsMisfit = schemaCheck(new URL('./results.schema.json', import.meta.url));

function requireVersion(value: unknown, file: string): void {
  const version =
    typeof value === 'object' && value !== null && 'formatVersion' in value
      ? value.formatVersion
      : undefined;
  if (typeof version !== 'number') {
    throw new UserError(`${file} is not a results.json: it has no formatVersion`);
  }
  if (version === resultsFormatVersion) return;
  throw new UserError(
    version > resultsFormatVersion
      ? `${file} has format version ${version}, newer than this lab's ${resultsFormatVersion}: read it with the lab that made it, or update`
      : `${file} has format version ${version}, which this lab (${resultsFormatVersion}) does not read any more: run the bench again`,
  );
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
