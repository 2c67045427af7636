import { InvalidArgumentError } from 'commander';

/** What `--seed` means, whichever command has it. */
export const seedMeaning =
  'what everything random is drawn from: a data set that this command makes, and what it does with it';

/**
 * A parser for a flag's whole number, from `least` to `most`. What it returns throws commander's error
 * for anything else; without `most`, for numbers that a double cannot hold exactly.
 */
export function wholeNumber(least: number, most?: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > (most ?? Number.MAX_SAFE_INTEGER)) {
      const range = most === undefined ? `${least} on` : `${least} to ${most}`;
      throw new InvalidArgumentError(`not a whole number from ${range}.`);
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
