import { readFileSync } from 'node:fs';
import { messageOf, UserError } from '../../../db/cli/errors.ts';
import { schemaCheck } from '../../../db/format/schema-check.ts';
import type { ExportFormat } from './export-format.ts';

const misfit = schemaCheck(new URL('./export-format.schema.json', import.meta.url));

/**
 * Reads which column of an export says what.
 *
 * @throws UserError for a file that cannot be read or does not fit export-format.schema.json
 */
export function readFormat(file: string): ExportFormat {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`cannot read the columns ${file}: ${messageOf(error)}`);
  }
  const wrong = misfit(value);
  if (wrong !== undefined) throw new UserError(`${file}: ${wrong}`);
  return value as ExportFormat;
}
