import { readFileSync } from 'node:fs';
import { messageOf, UserError } from '../../db/cli/errors.ts';
import { schemaCheck } from '../../db/format/schema-check.ts';
import type { SpeedResults } from './results.ts';

const speedMisfit = schemaCheck(new URL('./speed.schema.json', import.meta.url));

/**
 * Reads what `npm run bench:seed -- --out FILE` wrote.
 *
 * @throws UserError where it is cut off, or does not fit speed.schema.json
 */
export function readSpeed(file: string): SpeedResults {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`cannot read ${file}: ${messageOf(error)}`);
  }
  const problem = speedMisfit(value);
  if (problem !== undefined)
    throw new UserError(`${file} is not a complete comparison: ${problem}`);
  return value as SpeedResults;
}
