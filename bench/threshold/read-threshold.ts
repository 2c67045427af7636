import { UserError } from '../../db/cli/errors.ts';
import { readJson } from '../../db/cli/read-json.ts';
import { schemaCheck } from '../../db/format/schema-check.ts';
import type { ThresholdResults } from './results.ts';

const misfit = schemaCheck(new URL('./threshold.schema.json', import.meta.url));

/**
 * Reads what `npm run bench:threshold -- --out FILE` wrote.
 *
 * @throws UserError where it is cut off, or does not fit threshold.schema.json
 */
export function readThreshold(file: string): ThresholdResults {
  const value = readJson(file);
  const problem = misfit(value);
  if (problem !== undefined) throw new UserError(`${file} is not complete: ${problem}`);
  return value as ThresholdResults;
}
