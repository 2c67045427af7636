import { withoutPassword } from './hide-password.ts';
import { isInstalled } from './working-dir.ts';

/**
 * A command of the lab as it may be typed into a shell, without passwords.
 *
 * @param args what follows the command's name (default: what this process was given)
 */
export function commandLine(
  script: string,
  args: readonly string[] = process.argv.slice(2),
): string {
  const words = args.map(shellWord);
  const command = [`npm run ${script}`, ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
  return asTyped(withoutPassword(command));
}

/** A text with the lab's commands as they are typed where it is an installed package. */
export function asTyped(text: string, installed: boolean = isInstalled): string {
  return installed
    ? text.replaceAll(/\bnpm run (?:-s )?([\w:]+)(?: --(?= ))?/g, 'npx opt-out-check-lab $1')
    : text;
}

/** A word as a POSIX shell takes it for one: quoted where it holds anything that means something there. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Arguments without a flag: a switch, or one whose value follows it, after "=" or as the next word. */
export function withoutFlag(
  args: readonly string[],
  flag: string,
  kind: 'switch' | 'with a value',
): readonly string[] {
  return args.filter((word, index) => {
    if (word === flag || word.startsWith(`${flag}=`)) return false;
    return !(kind === 'with a value' && args[index - 1] === flag);
  });
}
