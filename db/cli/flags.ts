import { InvalidArgumentError } from 'commander';

/** What `--seed` means, whichever command has it. */
export const seedMeaning =
  'what everything random is drawn from: a data set that this command makes, and what it does with it';

/**
 * A parser for a flag's whole number, `least` or more. What it returns throws commander's error for
 * anything else, and for numbers that a double cannot hold exactly.
 */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`not a whole number from ${least} on.`);
    }
    return value;
  };
}

/** A flag's share, 0 to 1. Throws commander's error for anything else. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError('not a share from 0 to 1.');
  }
  return value;
}

/** A flag's number above 0. Throws commander's error for anything else. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0) || !Number.isFinite(value)) {
    throw new InvalidArgumentError('not a number above 0.');
  }
  return value;
}
