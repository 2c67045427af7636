import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from './project-dir.ts';

/** By this variable `npm test` tells its processes where it has built the lab as JavaScript (db/testing/build.ts). */
export const buildVariable = 'OPTOUT_LAB_BUILD';

/**
 * What Node is given to run a file of a checkout (`db/commands/db-up.ts`): tsx, or what `npm test` has
 * built of it, which starts in less than half of the time. Without npm, whose shell keeps a signal to itself.
 */
export function nodeArguments(file: string, checkout: string = projectDir): readonly string[] {
  const build = checkout === projectDir ? process.env[buildVariable] : undefined;
  const built = build === undefined ? '' : join(build, file.replace(/\.ts$/, '.js'));
  return existsSync(built)
    ? ['--enable-source-maps', built]
    : ['--import', import.meta.resolve('tsx'), join(checkout, file)];
}
