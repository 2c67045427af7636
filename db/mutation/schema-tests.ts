import { spawn } from 'node:child_process';
import { onInterrupt } from '../cli/command.ts';
import { projectDir } from '../cli/project-dir.ts';
import { defaultDesignName } from '../designs.ts';
import { type Build, buildLab, sourceFiles } from '../testing/build.ts';
import { templateVariable, testServerVariable } from '../testing/test-database.ts';
import { testedDesignVariable } from '../testing/tested-designs.ts';

/** Tests that compare the schema with what its migrations make: they tell any difference, of whatever kind. */
const ofVersions = /migrat|cheaper-reports|down and up/;

/** The tests of the default schema (db/schema), built once, to be run over databases that are its mutants. */
export interface SchemaTests {
  /** The name of the first test that fails over copies of a database; undefined where none does. */
  firstFailure(serverUrl: string, database: string): Promise<string | undefined>;
  remove(): void;
}

/** They ended without a test that failed: nothing is known of the mutant. */
export class TestsNotRun extends Error {}

/** Builds them. */
export async function buildSchemaTests(): Promise<SchemaTests> {
  const files = sourceFiles().filter(
    (file) => /^db\/schema\/[\w-]+\.test\.ts$/.test(file) && !ofVersions.test(file),
  );
  const build = await buildLab(files);
  return {
    firstFailure: (serverUrl, database) => run(build, files, serverUrl, database),
    remove: build.remove,
  };
}

async function run(
  build: Build,
  files: readonly string[],
  serverUrl: string,
  database: string,
): Promise<string | undefined> {
  const child = spawn(
    process.execPath,
    ['--test', '--test-concurrency=2', '--test-reporter=tap', ...files.map(build.built)],
    {
      cwd: projectDir,
      env: {
        ...process.env,
        NODE_TEST_CONTEXT: undefined,
        [testServerVariable]: serverUrl,
        [templateVariable]: database,
        [testedDesignVariable]: defaultDesignName,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const forget = onInterrupt(async () => {
    child.kill();
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (exitCode === 0) return undefined;
    const failed = failedTests(output);
    if (failed.length === 0) {
      throw new TestsNotRun(`the tests of the schema could not be run (exit code ${exitCode})`);
    }
    return failed.find((name) => !ofVersions.test(name));
  } finally {
    forget();
  }
}

/** The names of the tests that failed, suites apart: of a test some versions of Node say no type. */
export function failedTests(tap: string): readonly string[] {
  const failures = tap.matchAll(/^( *)not ok \d+ - (.*)\n((?:\1 {2}.*\n)*)/gm);
  return [...failures].flatMap(([, , name = '', details = '']) =>
    /^ *type: 'suite'$/m.test(details) ? [] : [name],
  );
}
