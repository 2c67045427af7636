import { readFileSync } from 'node:fs';
import { codeOf } from './errors.ts';

/** The text of a file; undefined where it is not there. Throws the system's error where it cannot be read. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
