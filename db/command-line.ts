import { withoutPassword } from './connect.ts';

/** The command as it was typed, without folders of this machine and without passwords. */
export function commandLine(script: string): string {
  const quoted = process.argv
    .slice(2)
    .map((argument) => (/^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument}'`));
  const command = [`npm run ${script}`, ...(quoted.length > 0 ? ['--', ...quoted] : [])].join(' ');
  return withoutPassword(command);
}
