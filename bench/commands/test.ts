import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { newCommand, onInterrupt, runCommand } from '../../db/cli/command.ts';
import { buildVariable } from '../../db/cli/command-file.ts';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { projectDir } from '../../db/cli/project-dir.ts';
import { buildLab, sourceFiles } from '../../db/testing/build.ts';
import {
  createTemplate,
  templateVariable,
  testServerVariable,
} from '../../db/testing/test-database.ts';
import { openTestServer } from '../../db/testing/test-server.ts';

const shortReporter = 'db/testing/short-reporter.ts';

await runCommand(async () => {
  const command = newCommand('npm test')
    .description('Run the functional checks and the tests, in scratch databases of their own')
    .argument('[words...]', 'run only test files whose path contains one of these words')
    .option('--all', 'print every test and its time, not only what fails')
    .parse();
  const { all } = command.opts<{ all?: boolean }>();
  const known = sourceFiles().filter((file) => file.endsWith('.test.ts'));
  const unmatched = command.args.filter((word) => !known.some((file) => file.includes(word)));
  if (unmatched.length > 0) throw new UserError(`no test file matches ${unmatched.join(', ')}`);
  const files = matching(known, command.args);
  const server = await openTestServer();
  try {
    const template = await createTemplate(server.url);
    const forget = onInterrupt(() => template.drop());
    try {
      const build = await buildLab([...files, shortReporter]);
      try {
        await runNodeTest(files.map(build.built), all ? 'spec' : build.built(shortReporter), {
          ...server.variables,
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
        `--test-concurrency=${availableParallelism() + 2}`, // they wait: for the server, for a second to pass
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
