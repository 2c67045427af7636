import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { newCommand, onInterrupt, runCommand } from '../../db/cli/command.ts';
import { CheckFailure } from '../../db/cli/errors.ts';
import { projectDir } from '../../db/cli/project-dir.ts';

const binary = (name: string): string => join(projectDir, 'node_modules', '.bin', name);

/** As package.json has them, one after another. */
const steps: readonly { readonly script: string; readonly command: readonly string[] }[] = [
  { script: 'check:lint', command: [binary('biome'), 'check', '--error-on-warnings', '.'] },
  { script: 'check:types', command: [binary('tsc')] },
  { script: 'check:sql', command: [binary('tsx'), 'bench/commands/check-sql.ts'] },
  { script: 'check:links', command: [binary('tsx'), 'bench/commands/check-links.ts'] },
  {
    script: 'check:figures',
    command: [binary('tsx'), 'bench/commands/figures.ts', '--check'],
  },
];

await runCommand(async () => {
  newCommand('check')
    .description(
      'Check format, lint, types, SQL grammar, the links of the documents and the figures that they quote; npm run format mends the format, npm run figures the figures, and check:lint, check:types, check:sql, check:links and check:figures are the parts',
    )
    .parse();
  for (const { script, command } of steps) {
    if ((await run(command)) !== 0) throw new CheckFailure(`npm run ${script} failed`);
  }
});

function run([program = '', ...args]: readonly string[]): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: projectDir, stdio: 'inherit' });
    const forget = onInterrupt(async () => {
      child.kill();
    });
    child.on('error', reject);
    child.on('close', (exitCode) => {
      forget();
      resolve(exitCode);
    });
  });
}
