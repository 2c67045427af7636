import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../db/cli/errors.ts';
import { readJson } from '../../db/cli/read-json.ts';
import { schemaCheck } from '../../db/format/schema-check.ts';
import { type Shape, shapeFormatVersion } from './shape.ts';

const misfit = schemaCheck(new URL('./shape.schema.json', import.meta.url));

const presets = new URL('./shapes/', import.meta.url);

/** The shapes that the lab brings with it, by name: made up, each far from the lab's own in one way. */
export const presetShapes: readonly string[] = readdirSync(presets)
  .map((file) => file.replace(/\.json$/, ''))
  .sort();

/**
 * Reads a shape: a file, or the name of a preset.
 *
 * @throws UserError for a file that cannot be read, is of another format version, or does not fit
 *   shape.schema.json; the line names the place
 */
export function readShape(nameOrFile: string): Shape {
  const isPreset = presetShapes.includes(nameOrFile) && !existsSync(nameOrFile);
  const file = isPreset ? fileURLToPath(new URL(`${nameOrFile}.json`, presets)) : nameOrFile;
  const value = readJson(file, `the shape ${file}`);
  const version = (value as { formatVersion?: unknown } | null)?.formatVersion;
  if (typeof version === 'number' && version !== shapeFormatVersion) {
    throw new UserError(
      `${file} has format version ${version}, and this lab reads ${shapeFormatVersion}: describe again`,
    );
  }
  const wrong = misfit(value);
  if (wrong !== undefined) throw new UserError(`${file}: ${wrong}`);
  const shape = value as Shape;
  const impossible = whatCannotBe(shape);
  if (impossible !== undefined) throw new UserError(`${file}: ${impossible}`);
  return shape;
}

/** What no schema says: figures that are divided by. */
function whatCannotBe({ sample, contacts }: Shape): string | undefined {
  if (sample.contacts < 1 || sample.share * contacts.total.value < 1) {
    return 'sample: less than one contact was looked at';
  }
  if (contacts.messages.mean.value < 1) {
    return 'contacts.messages.mean.value: below 1, and every contact has a message';
  }
  return undefined;
}
