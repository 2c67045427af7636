import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, relative, sep } from 'node:path';
import { codeOf, messageOf, UserError } from './errors.ts';

/**
 * Makes a folder and those above it that are missing, one after another: Node's own recursive mkdir
 * never ends where a file system says that the folder above is not there (/proc).
 *
 * @returns whether there was anything to make
 * @throws UserError where something on the way is not a folder; the system's error where it refuses
 */
export function makeFolders(folder: string): boolean {
  if (existsSync(folder)) {
    if (statSync(folder).isDirectory()) return false;
    throw new UserError(`${folder} is not a folder`);
  }
  makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false; // another command was faster
    throw error;
  }
}

/**
 * Tries whether a file can be written, before anything is measured that is to go there. Leaves what
 * is there as it is, and makes no folder.
 *
 * @throws UserError where it cannot
 */
export function requireWritableFile(file: string): void {
  const isThere = existsSync(file);
  try {
    closeSync(openSync(file, 'a'));
    if (!isThere) rmSync(file);
  } catch (error) {
    throw new UserError(`cannot write ${file}: ${messageOf(error)}`);
  }
}

/** Writes a text file. Throws a UserError where it cannot. */
export function writeTextFile(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(`cannot write ${file}: ${messageOf(error)}`);
  }
}

/** A path as it is shown: from the folder that we are in, where it lies below it. */
export function shownPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below === '' || isAbsolute(below) || below.split(sep)[0] === '..' ? path : below;
}
