import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '../cli/errors.ts';
import { nearest } from '../cli/nearest.ts';

const folder = new URL('./examples/', import.meta.url);

/** The names of the mappings that one may begin with. Each is tried by a test. */
export const exampleNames: readonly string[] = readdirSync(folder)
  .map((file) => file.replace('.json', ''))
  .sort();

/** The path of an example. Throws a UserError where there is none of that name. */
export function examplePath(name: string): string {
  if (!exampleNames.includes(name)) {
    throw new UserError(`there is no example "${name}"${nearest(name, exampleNames)}`);
  }
  return fileURLToPath(new URL(`${name}.json`, folder));
}

/** The text of an example. Throws a UserError where there is none of that name. */
export function exampleText(name: string): string {
  return readFileSync(examplePath(name), 'utf8');
}
