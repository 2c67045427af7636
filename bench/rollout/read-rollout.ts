import { join } from 'node:path';
import { UserError } from '../../db/cli/errors.ts';
import { readJson } from '../../db/cli/read-json.ts';
import { schemaCheck } from '../../db/format/schema-check.ts';
import { findFolderWith } from '../results/run-folder.ts';
import type { RolloutResults } from './results.ts';

/** The folder of a rollout: a path, or a name under reports/; undefined where it is not one. */
export function findRollout(nameOrPath: string): string | undefined {
  return findFolderWith('rollout.json', nameOrPath);
}

/**
 * Reads the rollout.json of a rollout's folder.
 *
 * @throws UserError where it is cut off, of another format version, or does not fit rollout.schema.json
 */
export function readRollout(folder: string): RolloutResults {
  const file = join(folder, 'rollout.json');
  const value = readJson(file);
  const problem = rolloutMisfit(value);
  if (problem !== undefined) throw new UserError(`${file} is not a complete rollout: ${problem}`);
  return value as RolloutResults;
}

const rolloutMisfit = schemaCheck(new URL('./rollout.schema.json', import.meta.url));
