import { formatNs } from '../report/format.ts';
import type { PartsListener } from './run-parts.ts';

/** Tells on standard output which part is at work, what it prints, and how long each took. */
export const tellParts: PartsListener = {
  output: (data) => process.stdout.write(data),
  kept: ({ name, seconds }) => print(`\n=== ${name}: done before (${duration(seconds)})\n`),
  begins: ({ name, title }, index, count) =>
    print(`\n=== ${index + 1} of ${count}, ${name}: ${title}\n`),
  ended: ({ name, seconds }) => print(`=== ${name}: ${duration(seconds)}\n`),
};

/** How long a part took, in words. */
export function duration(seconds: number): string {
  return formatNs(seconds * 1e9);
}

function print(text: string): void {
  process.stdout.write(text);
}
