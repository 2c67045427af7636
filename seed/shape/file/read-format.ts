import { UserError } from '../../../db/cli/errors.ts';
import { readJson } from '../../../db/cli/read-json.ts';
import { schemaCheck } from '../../../db/format/schema-check.ts';
import type { ExportFormat } from './export-format.ts';

const misfit = schemaCheck(new URL('./export-format.schema.json', import.meta.url));

/**
 * Reads which column of an export says what.
 *
 * @throws UserError for a file that cannot be read or does not fit export-format.schema.json
 */
export function readFormat(file: string): ExportFormat {
  const value = readJson(file, `the columns ${file}`);
  const wrong = misfit(value);
  if (wrong !== undefined) throw new UserError(`${file}: ${wrong}`);
  return value as ExportFormat;
}
