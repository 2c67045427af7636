import { readFileSync } from 'node:fs';
import { messageOf, UserError } from '../../db/cli/errors.ts';
import { schemaCheck } from '../../db/format/schema-check.ts';
import { type Shape, shapeFormatVersion } from './shape.ts';

const misfit = schemaCheck(new URL('./shape.schema.json', import.meta.url));

/**
 * Reads a shape.
 *
 * @throws UserError for a file that cannot be read, is of another format version, or does not fit
 *   shape.schema.json; the line names the place
 */
export function readShape(file: string): Shape {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`cannot read the shape ${file}: ${messageOf(error)}`);
  }
  const version = (value as { formatVersion?: unknown } | null)?.formatVersion;
  if (typeof version === 'number' && version !== shapeFormatVersion) {
    throw new UserError(
      `${file} has format version ${version}, and this lab reads ${shapeFormatVersion}: describe again`,
    );
  }
  const wrong = misfit(value);
  if (wrong !== undefined) throw new UserError(`${file}: ${wrong}`);
  return value as Shape;
}
