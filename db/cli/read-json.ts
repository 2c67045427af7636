import { readFileSync } from 'node:fs';
import { messageOf, UserError } from './errors.ts';

/**
 * What a JSON file holds.
 *
 * @param called what a reader is told that cannot be read; without it the file
 * @throws UserError where it cannot be read, or is no JSON
 */
export function readJson(file: string, called = file): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`cannot read ${called}: ${messageOf(error)}`);
  }
}
