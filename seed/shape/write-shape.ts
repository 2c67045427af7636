import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { messageOf, UserError } from '../../db/cli/errors.ts';
import type { Shape } from './shape.ts';

/**
 * Writes a shape: the whole file or nothing, whatever stops it.
 *
 * @throws UserError where it cannot
 */
export function writeShape(file: string, shape: Shape): void {
  const beside = `${file}.${process.pid}.part`;
  try {
    writeFileSync(beside, `${JSON.stringify(shape, null, 2)}\n`);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new UserError(`cannot write ${file}: ${messageOf(error)}`);
  }
}
