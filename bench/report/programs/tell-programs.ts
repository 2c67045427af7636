import { writeTextFile } from '../../../db/cli/output-path.ts';
import type { LoadResults } from '../../load/results/results.ts';
import type { Results } from '../../results/results.ts';
import { type JunitSuite, junitXml, runSuites } from './junit.ts';
import { loadJson } from './load-json.ts';
import { loadSuites } from './load-suites.ts';
import { runJson } from './run-json.ts';

/** What another program may ask a run or a load for. */
export interface ForPrograms {
  readonly json?: true | undefined;
  readonly junit?: string | undefined;
}

/**
 * Prints a run as JSON on standard output, and writes its JUnit file, as asked for.
 *
 * @throws UserError where the file cannot be written
 */
export function tellOfRun(results: Results, asked: ForPrograms): void {
  tell(
    asked,
    () => runJson(results),
    () => runSuites(results),
  );
}

/**
 * The same of a load.
 *
 * @throws UserError where the file cannot be written
 */
export function tellOfLoad(results: LoadResults, asked: ForPrograms): void {
  tell(
    asked,
    () => loadJson(results),
    () => loadSuites(results),
  );
}

function tell(
  { json, junit }: ForPrograms,
  value: () => object,
  suites: () => readonly JunitSuite[],
): void {
  if (json === true) process.stdout.write(`${JSON.stringify(value(), null, 2)}\n`);
  if (junit !== undefined) writeTextFile(junit, junitXml(suites()));
}
