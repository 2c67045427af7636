import { writeTextFile } from '../../../db/cli/output-path.ts';
import type { Results } from '../../results/results.ts';
import { junitXml, runSuites } from './junit.ts';
import { runJson } from './run-json.ts';

/** What another program may ask a run for. */
export interface ForPrograms {
  readonly json?: true;
  readonly junit?: string;
}

/**
 * Prints a run as JSON on standard output, and writes its JUnit file, as asked for.
 *
 * @throws UserError where the file cannot be written
 */
export function tellPrograms(results: Results, { json, junit }: ForPrograms): void {
  if (json === true) process.stdout.write(`${JSON.stringify(runJson(results), null, 2)}\n`);
  if (junit !== undefined) writeTextFile(junit, junitXml(runSuites(results)));
}
