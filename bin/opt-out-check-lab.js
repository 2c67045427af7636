#!/usr/bin/env node
// The commands of package.json, for an installed package: npx opt-out-check-lab bench --quick
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { register } from 'tsx/esm/api';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const { scripts } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));

/** Command line by name: `tsx FILE ARGUMENTS`, of those whose file an installed package has. */
const commands = new Map(
  Object.entries(scripts)
    .map(([name, script]) => [name, script.split(' ')])
    .filter(([, [program, file]]) => program === 'tsx' && existsSync(join(home, file)))
    .map(([name, [, file, ...args]]) => [name, { file, args }]),
);

const [name, ...rest] = process.argv.slice(2);
const command = commands.get(name);
if (command === undefined) {
  const asked = name === undefined || name === '--help' || name === '-h';
  const usage = `opt-out-check-lab COMMAND, one of ${[...commands.keys()].join(', ')}; each has --help\n`;
  if (asked) process.stdout.write(usage);
  else process.stderr.write(`error: there is no command ${name}: ${usage}`);
  process.exitCode = asked ? 0 : 2;
} else {
  const file = join(home, command.file);
  process.argv = [process.execPath, file, ...command.args, ...rest];
  register();
  await import(pathToFileURL(file).href);
}
