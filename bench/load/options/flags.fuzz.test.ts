import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { positiveNumber, share, wholeNumber } from '../../../db/cli/flags.ts';
import { designsNamed } from '../../../db/designs.ts';
import { fuzzed, readOrRefused, typedText } from '../../../db/testing/fuzz.ts';
import { parseScale } from '../../../seed/data-set/scale.ts';
import { requireRunName } from '../../results/run-folder.ts';
import { parseDelay, parseDuration, parseObjective, parseRange, parseRate } from './flag-values.ts';
import { readLoadFlags } from './flags.ts';

const flags = [
  ...['--mix', '--design', '--scale', '--replace', '--rate', '--ramp', '--slo', '--duration'],
  ...['--drain', '--arrivals', '--numbers', '--blocked-share', '--isolation', '--check', '--keep'],
  ...[
    '--compare-pgbench',
    '--soak',
    '--failover',
    '--failovers',
    '--standby-delay',
    '--workers',
    '--clients',
    '--seed',
    '--out',
    '--run',
    '--allow-nonempty',
    '--json',
    '--junit',
  ],
];

/** A word of a command line: a flag, a flag with its value, or anything. */
const word = fc.oneof(
  fc.constantFrom(...flags),
  fc.tuple(fc.constantFrom(...flags), typedText()).map(([flag, value]) => `${flag}=${value}`),
  fc.constantFrom('2000', '500..8000', 'p99<5ms', '60s', 'poisson', 'off', 'serializable', 'tiny'),
  typedText(),
);

/** Nothing that a property calls may print: commander's own lines go to standard error. */
function silently(t: TestContext, work: () => void): void {
  t.mock.method(process.stderr, 'write', () => true);
  const out = t.mock.method(process.stdout, 'write', () => true);
  work();
  out.mock.restore();
}

describe('any words as flags', () => {
  it('are read by load, or refused in one line', (t) => {
    silently(t, () =>
      fc.assert(
        fc.property(fc.array(word, { maxLength: 6 }), (words) => {
          readOrRefused(() => readLoadFlags(words));
        }),
        fuzzed(400),
      ),
    );
  });

  const readers: Readonly<Record<string, (text: string) => unknown>> = {
    'a rate': parseRate,
    'a range of rates': parseRange,
    'an objective': parseObjective,
    'a duration': parseDuration,
    'a delay': parseDelay,
    'a scale': parseScale,
    'a share': share,
    'a number': positiveNumber,
    'a whole number': wholeNumber(0),
    designs: designsNamed,
    'the name of a run': requireRunName,
  };
  for (const [what, read] of Object.entries(readers)) {
    it(`are read as ${what}, or refused in one line`, () => {
      fc.assert(
        fc.property(typedText(), (text) => {
          const value = readOrRefused(() => read(text));
          if (typeof value === 'number' && !Number.isFinite(value))
            throw new Error(`read ${value}`);
        }),
        fuzzed(300),
      );
    });
  }
});
