import type { Command } from 'commander';
import { commandLine } from './command-line.ts';
import { UserError } from './errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Refuses flags that npm kept to itself: `npm run bench --designs all` lacks the two dashes, and npm
 * turns the flag into a variable (npm_config_designs) and drops it. Says the right line.
 *
 * @param args what npm handed on
 * @param file the program's own file; a command that another one started was given its flags by that one
 */
export function requireFlagsHandedOn(
  command: Command,
  args: readonly string[],
  file: string | undefined = process.argv[1],
  environment: Environment = process.env,
): void {
  const { npm_lifecycle_event: script, npm_lifecycle_script: line } = environment;
  if (script === undefined || line === undefined || !isRunBy(line, file)) return;
  const kept = command.options.flatMap(({ long, required, optional }) => {
    const name = long?.replace(/^--/, '') ?? '';
    const value = environment[`npm_config_${name.replaceAll('-', '_')}`];
    return value === undefined || value === ''
      ? []
      : [{ name, value, takesValue: required || optional }];
  });
  if (kept.length === 0) return;
  // "--designs all": npm kept the flag and handed on its value; which is whose is clear with one only
  const parted = kept.filter(({ value, takesValue }) => takesValue && value === 'true');
  const [handedOn, others] =
    parted.length === 1 && args.length > 0 ? [args[0], args.slice(1)] : [undefined, args];
  const flags = kept.flatMap(({ name, value, takesValue }) => {
    if (!takesValue) return [`--${name}`];
    if (value !== 'true') return [`--${name}=${value}`];
    return [`--${name}=${handedOn ?? 'VALUE'}`];
  });
  const loose = parted.length > 1 ? [] : others;
  throw new UserError(
    `npm kept ${kept.map(({ name }) => `--${name}`).join(', ')} to itself: flags follow two dashes: ` +
      commandLine(script, [...flags, ...loose]),
  );
}

/** Whether a script of package.json runs that file. */
function isRunBy(line: string, file: string | undefined): boolean {
  const words = line.split(' ');
  return file !== undefined && words.some((word) => word.endsWith('.ts') && file.endsWith(word));
}
