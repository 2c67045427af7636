import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { newCommand, onInterrupt, runCommand } from '../../db/cli/command.ts';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { projectDir } from '../../db/cli/project-dir.ts';
import { openServer } from '../../db/lab.ts';
import {
  createTemplate,
  templateVariable,
  testServerVariable,
} from '../../db/testing/test-database.ts';

await runCommand(async () => {
  const command = newCommand('npm test')
    .description('Run the functional checks and the tests, in scratch databases of their own')
    .argument('[words...]', 'run only test files whose path contains one of these words')
    .parse();
  const known = testFiles();
  const unmatched = command.args.filter((word) => !known.some((file) => file.includes(word)));
  if (unmatched.length > 0) throw new UserError(`no test file matches ${unmatched.join(', ')}`);
  const files = matching(known, command.args);
  const server = await openServer();
  try {
    const template = await createTemplate(server.url);
    const forget = onInterrupt(() => template.drop());
    try {
      await runNodeTest(files, {
        [testServerVariable]: server.url,
        [templateVariable]: template.name,
      });
    } finally {
      forget();
      await template.drop();
    }
  } finally {
    await server.close();
  }
});

function testFiles(): readonly string[] {
  return ['db', 'seed', 'bench']
    .filter((room) => existsSync(join(projectDir, room)))
    .flatMap((room) =>
      readdirSync(join(projectDir, room), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(room, file),
      ),
    )
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
}

function matching(files: readonly string[], words: readonly string[]): readonly string[] {
  return words.length === 0
    ? files
    : files.filter((file) => words.some((word) => file.includes(word)));
}

function runNodeTest(files: readonly string[], variables: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--test', '--test-concurrency=2', '--test-reporter=spec', ...files],
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
