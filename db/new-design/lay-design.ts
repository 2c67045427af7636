import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { UserError } from '../cli/errors.ts';
import { listDesigns } from '../designs.ts';
import { readSql } from '../sql.ts';

/** PostgreSQL cuts names after 63 bytes, and functions are called refuse_NAME. */
const longest = 56;

/**
 * Lays a new design into a folder of designs: the default's behaviour with a function and triggers of its
 * own, under the next free number. It shows every behaviour as it is.
 *
 * @returns the path of its migration in the folder
 * @throws UserError for a name that is not one or is taken; nothing is made then
 */
export function layDesign(name: string, folder: URL): string {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new UserError(
      `"${name}" is no name for a design: it takes small letters, digits and _, and a letter first`,
    );
  }
  if (name.length > longest) {
    throw new UserError(`a design's name has at most ${longest} characters`);
  }
  const own = new URL(`${name}/`, folder);
  if (existsSync(own)) throw new UserError(`there is a design "${name}" already`);
  const template = readSql(new URL('./template.sql', import.meta.url)).replaceAll(
    'design_name',
    name,
  );
  if (functionsOf(folder).has(`refuse_${name}`)) {
    throw new UserError(
      `another design has a function refuse_${name} already: choose another name`,
    );
  }
  const used = listDesigns(folder).map(({ version }) => Number(version));
  const version = String(Math.max(0, ...used) + 1).padStart(2, '0');
  const file = `${version}_${name}.sql`;
  mkdirSync(own);
  writeFileSync(new URL(file, own), template);
  return `${name}/${file}`;
}

/** The functions of the schema and of the designs in a folder, by the words in front of their names. */
function functionsOf(folder: URL): ReadonlySet<string> {
  const migrations = new URL('../migrations/', import.meta.url);
  const texts = [
    ...readdirSync(migrations).map((file) => readSql(new URL(file, migrations))),
    ...listDesigns(folder).flatMap((design) =>
      readdirSync(design.folder)
        .filter((file) => file.endsWith('.sql'))
        .map((file) => readSql(new URL(file, design.folder))),
    ),
  ];
  const declared = /\bfunction public\.(\w+)/g;
  return new Set(
    texts.flatMap((text) => [...text.matchAll(declared)].map(([, found = '']) => found)),
  );
}
