import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onInterrupt } from '../cli/command.ts';
import { projectDir } from '../cli/project-dir.ts';
import { type Design, defaultDesignName } from '../designs.ts';
import { buildLab, sourceFiles } from '../testing/build.ts';
import { templateVariable, testServerVariable } from '../testing/test-database.ts';
import type { TestServer } from '../testing/test-server.ts';
import { testedDesignVariable } from '../testing/tested-designs.ts';

/** Tests that compare the schema with what its migrations make: they tell any difference, of whatever kind. */
const ofVersions = /migrat|cheaper-reports|down and up/;

/** The tests of the schema (db/schema), built once, to be run over databases that are mutants of a design. */
export interface SchemaTests {
  /** All of them for the default; for another design those that hold every design to something. */
  filesOf(design: Design): readonly string[];
  /** Whether a file names a function, trigger, table … */
  names(file: string, object: string): boolean;
  /** The name of the first test of a file that fails over copies of a database; undefined where none does. */
  firstFailure(
    file: string,
    design: Design,
    database: string,
    limit: AbortSignal,
  ): Promise<string | undefined>;
  remove(): void;
}

/** They ended without a test that failed: nothing is known of the mutant. */
export class TestsNotRun extends Error {}

/** Builds them, for the databases of a server. */
export async function buildSchemaTests(server: TestServer): Promise<SchemaTests> {
  const files = sourceFiles().filter(
    (file) => /^db\/schema\/[\w-]+\.test\.ts$/.test(file) && !ofVersions.test(file),
  );
  const texts = new Map(
    files.map((file) => [file, readFileSync(join(projectDir, file), 'utf8')] as const),
  );
  const build = await buildLab(files);
  return {
    filesOf: ({ name }) =>
      name === defaultDesignName
        ? files
        : files.filter((file) => texts.get(file)?.includes('of testedDesigns()') === true),
    names: (file, object) => texts.get(file)?.includes(bareName(object)) === true,
    firstFailure: (file, design, database, limit) =>
      run(build.built(file), server, design, database, limit),
    remove: build.remove,
  };
}

/** `opt_in` of `opt_in(text,uuid)`, `opt_outs` of `column opt_outs.phone`. */
const bareName = (object: string): string =>
  /^(?:(?:trigger|index|constraint|column|policy) )?(\w+)/.exec(object)?.[1] ?? object;

async function run(
  file: string,
  server: TestServer,
  design: Design,
  database: string,
  limit: AbortSignal,
): Promise<string | undefined> {
  // a test that failed may leave a session open, which would keep the process from ending
  const child = spawn(process.execPath, ['--test-reporter=tap', '--test-force-exit', file], {
    cwd: projectDir,
    env: {
      ...process.env,
      ...server.variables,
      NODE_TEST_CONTEXT: undefined,
      [testServerVariable]: server.url,
      [templateVariable]: database,
      [testedDesignVariable]: design.name,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const kill = (): void => {
    child.kill();
  };
  const forget = onInterrupt(async () => kill());
  limit.addEventListener('abort', kill);
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    if (firstTelling(output) !== undefined) kill(); // the others need not run
  });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (exitCode === 0) return undefined;
    // without a failed test, what a test lays and takes away again may not go: that is no behaviour
    if (failedTests(output).length === 0 && !/^# fail \d+$/m.test(output)) {
      throw new TestsNotRun(`the tests of the schema could not be run (exit code ${exitCode})`);
    }
    return firstTelling(output);
  } finally {
    limit.removeEventListener('abort', kill);
    forget();
  }
}

const firstTelling = (tap: string): string | undefined =>
  failedTests(tap).find((name) => !ofVersions.test(name));

/**
 * The names of the tests that failed, suites apart: of a test some versions of Node say no type. One whose
 * details are not all there is left out.
 */
export function failedTests(tap: string): readonly string[] {
  const failures = tap.matchAll(/^( *)not ok \d+ - (.*)\n((?:\1 {2}.*\n)*?\1 {2}\.\.\.\n)/gm);
  return [...failures].flatMap(([, , name = '', details = '']) =>
    /^ *type: 'suite'$/m.test(details) ? [] : [name],
  );
}
