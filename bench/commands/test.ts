import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { newCommand, onInterrupt, runCommand } from '../../db/cli/command.ts';
import { buildVariable } from '../../db/cli/command-file.ts';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { projectDir } from '../../db/cli/project-dir.ts';
import { designNamed } from '../../db/designs.ts';
import { buildLab, filesWith, sourceFiles } from '../../db/testing/build.ts';
import {
  createTemplate,
  templateVariable,
  testServerVariable,
} from '../../db/testing/test-database.ts';
import { openTestServer } from '../../db/testing/test-server.ts';
import { testedDesignVariable } from '../../db/testing/tested-designs.ts';

const shortReporter = 'db/testing/short-reporter.ts';

/** What every test uses that works on the server that is named. */
const scratchDatabases = 'db/testing/test-database.ts';

await runCommand(async () => {
  const command = newCommand('npm test')
    .description('Run the functional checks and the tests, in scratch databases of their own')
    .argument('[words...]', 'run only test files whose path contains one of these words')
    .option('--design <name>', 'run what every design must pass, for this design alone')
    .option('--on-server', 'leave out what needs no server, and is the same on each')
    .option('--all', 'print every test and its time, not only what fails')
    .parse();
  const { all, design, onServer } = command.opts<{
    all?: boolean;
    design?: string;
    onServer?: boolean;
  }>();
  if (design !== undefined) designNamed(design);
  const known = sourceFiles()
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => design === undefined || isOfDesigns(file));
  const unmatched = command.args.filter((word) => !known.some((file) => file.includes(word)));
  if (unmatched.length > 0) throw new UserError(`no test file matches ${unmatched.join(', ')}`);
  const matched = matching(known, command.args);
  const files = onServer ? await filesWith(scratchDatabases, matched) : matched;
  const server = await openTestServer();
  try {
    const template = await createTemplate(server.url);
    const forget = onInterrupt(() => template.drop());
    try {
      const build = await buildLab([...files, shortReporter]);
      try {
        await runNodeTest(files.map(build.built), all ? 'spec' : build.built(shortReporter), {
          ...server.variables,
          ...(design === undefined ? {} : { [testedDesignVariable]: design }),
          [testServerVariable]: server.url,
          [templateVariable]: template.name,
          [buildVariable]: build.folder,
        });
      } finally {
        build.remove();
      }
    } finally {
      forget();
      await template.drop();
    }
  } finally {
    await server.close();
  }
});

/** Whether a test file holds every design to something. */
function isOfDesigns(file: string): boolean {
  return readFileSync(join(projectDir, file), 'utf8').includes('of testedDesigns()');
}

function matching(files: readonly string[], words: readonly string[]): readonly string[] {
  return words.length === 0
    ? files
    : files.filter((file) => words.some((word) => file.includes(word)));
}

function runNodeTest(
  files: readonly string[],
  reporter: string,
  variables: Record<string, string>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        '--enable-source-maps',
        '--test',
        `--test-concurrency=${availableParallelism() + 1}`, // they wait for the server, or for a second to pass
        `--test-reporter=${reporter}`,
        ...files,
      ],
      {
        cwd: projectDir,
        env: { ...process.env, ...variables },
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    onInterrupt(async () => {
      child.kill();
    });
    child.on('error', reject);
    child.on('close', (exitCode) => {
      if (exitCode === 0) resolve();
      else reject(new CheckFailure('a test failed'));
    });
  });
}
