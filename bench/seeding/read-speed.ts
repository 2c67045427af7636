import { UserError } from '../../db/cli/errors.ts';
import { readJson } from '../../db/cli/read-json.ts';
import { schemaCheck } from '../../db/format/schema-check.ts';
import type { SpeedResults } from './results.ts';

const speedMisfit = schemaCheck(new URL('./speed.schema.json', import.meta.url));

/**
 * Reads what `npm run bench:seed -- --out FILE` wrote.
 *
 * @throws UserError where it is cut off, or does not fit speed.schema.json
 */
export function readSpeed(file: string): SpeedResults {
  const value = readJson(file);
  const problem = speedMisfit(value);
  if (problem !== undefined)
    throw new UserError(`${file} is not a complete comparison: ${problem}`);
  return value as SpeedResults;
}
