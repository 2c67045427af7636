import { UserError } from '../../db/cli/errors.ts';
import { nearest } from '../../db/cli/nearest.ts';

/** The named scales, in messages. */
const namedScales = {
  tiny: 10_000,
  small: 1_000_000,
  medium: 10_000_000,
  large: 100_000_000,
} as const;

/** The largest scale: beyond it two messages would share a millisecond too often, and ids their order. */
const largestScale = 1_000_000_000;

const multipliers: Readonly<Record<string, number>> = {
  '': 1,
  k: 1_000,
  m: 1_000_000,
  g: 1_000_000_000,
};

/**
 * Reads a scale: a name, or a number of messages such as `50000`, `50_000`, `10k` or `2.5M`.
 *
 * @throws UserError when it is neither.
 */
export function parseScale(text: string): number {
  const named = Object.entries(namedScales).find(([name]) => name === text);
  if (named !== undefined) return named[1];

  const match = /^(\d[\d_]*(?:\.\d+)?)([kmg]?)$/i.exec(text.trim());
  if (match === null) {
    throw new UserError(
      `unknown scale "${text}"${nearest(text, Object.keys(namedScales))}, or a number of messages`,
    );
  }
  const [, digits = '', suffix = ''] = match;
  const messages = Number(digits.replaceAll('_', '')) * (multipliers[suffix.toLowerCase()] ?? 1);
  if (!Number.isInteger(messages))
    throw new UserError(`scale ${text} is not a whole number of messages`);
  if (messages < 1 || messages > largestScale) {
    throw new UserError(`scale ${text} is out of range: 1 to ${largestScale} messages`);
  }
  return messages;
}

/** The name of a scale, or its number of messages where it has no name. */
export function scaleName(messages: number): string {
  const named = Object.entries(namedScales).find(([, count]) => count === messages);
  return named === undefined ? String(messages) : named[0];
}
