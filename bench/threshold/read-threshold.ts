import { readFileSync } from 'node:fs';
import { messageOf, UserError } from '../../db/cli/errors.ts';
import { schemaCheck } from '../../db/format/schema-check.ts';
import type { ThresholdResults } from './results.ts';

const misfit = schemaCheck(new URL('./threshold.schema.json', import.meta.url));

/**
 * Reads what `npm run bench:threshold -- --out FILE` wrote.
 *
 * @throws UserError where it is cut off, or does not fit threshold.schema.json
 */
export function readThreshold(file: string): ThresholdResults {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`cannot read ${file}: ${messageOf(error)}`);
  }
  const problem = misfit(value);
  if (problem !== undefined) throw new UserError(`${file} is not complete: ${problem}`);
  return value as ThresholdResults;
}
