import assert from 'node:assert/strict';
import { CommanderError } from 'commander';
import fc from 'fast-check';
import { messageOf, UserError } from '../cli/errors.ts';

/*
 * Inputs found by machine: the same few hundred in every test run, and as many as are asked for, of
 * another seed, by OPTOUT_LAB_FUZZ_RUNS and OPTOUT_LAB_FUZZ_SEED.
 */

/** How many inputs a property is tried with, and the seed that they are drawn by, for fc.assert. */
export function fuzzed(numRuns: number): { readonly numRuns: number; readonly seed: number } {
  return {
    numRuns: Number(process.env['OPTOUT_LAB_FUZZ_RUNS'] ?? numRuns),
    seed: Number(process.env['OPTOUT_LAB_FUZZ_SEED'] ?? 20_250_101),
  };
}

/** Texts that nobody types, and those that somebody does by mistake. */
export function hostileText(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
    fc.constantFrom(
      ...[
        '',
        ' ',
        '-',
        '--',
        '-1',
        '0',
        '00',
        '1e3',
        '1e999',
        '0x10',
        '1_000',
        '.5',
        '5.',
        '½',
        '٣',
      ],
      ...[
        'NaN',
        'Infinity',
        '-0',
        '9007199254740993',
        '1'.repeat(400),
        'null',
        'undefined',
        'true',
      ],
      ...[
        '__proto__',
        'constructor',
        'toString',
        'hasOwnProperty',
        'valueOf',
        'all',
        'all,all',
        ',',
      ],
      ...[
        '..',
        '../..',
        './',
        '/',
        '\\',
        '%',
        '%zz',
        '%00',
        "'",
        '"',
        '`',
        '$(x)',
        '\n',
        'a\nb',
        '\u2028',
      ],
      ...[
        '\ud800',
        '{}',
        '[]',
        '{"a":1}',
        'p99<5ms,',
        '1..',
        '..1',
        '2..1',
        '1k..1m',
        '60x',
        '=',
        '==',
      ],
    ),
    fc.double().map(String),
    fc.bigInt().map(String),
  );
}

/** Those that a command line and the environment can hold: no byte 0, no half of a character. */
export function typedText(): fc.Arbitrary<string> {
  return hostileText().filter((text) => !/[\0\p{Surrogate}]/u.test(text));
}

/** Any plain JSON, and keys that JavaScript's objects have of their own. */
export function hostileJson(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    hostileText(),
    fc.constantFrom(null, [], {}, [null], '', 0, -1, 1e308, true, [[[]]]),
  );
}

/**
 * A copy of some JSON with one place changed: a member or an item replaced, removed, or put beside; the whole
 * replaced.
 * Texts with a place in them shrink to those with fewer.
 *
 * @param values what comes into a place
 */
export function changedJson(
  original: unknown,
  values: fc.Arbitrary<unknown> = hostileJson(),
): fc.Arbitrary<unknown> {
  const places = placesOf(original);
  return fc
    .record({
      place: fc.constantFrom(...places),
      how: fc.constantFrom('replace', 'remove', 'add'),
      name: hostileText(),
      value: values,
    })
    .map(({ place, how, name, value }) => {
      const copy = { root: structuredClone(original) };
      let holder: Record<string, unknown> = copy;
      let last = 'root';
      for (const part of place) {
        holder = holder[last] as Record<string, unknown>;
        last = part;
      }
      if (how === 'replace' || holder === copy) holder[last] = value;
      else if (how === 'add') holder[name] = value;
      else if (Array.isArray(holder)) holder.splice(Number(last), 1);
      else delete holder[last];
      return copy.root;
    });
}

/** At most some thousands of paths to a JSON's places, the whole first. */
function placesOf(value: unknown): readonly (readonly string[])[] {
  const places: (readonly string[])[] = [[]];
  const visit = (inside: unknown, path: readonly string[]): void => {
    if (typeof inside !== 'object' || inside === null || path.length > 12) return;
    // the first items of a long array are like all others
    for (const [name, member] of Object.entries(inside).slice(0, 40)) {
      if (places.length > 5_000) return;
      places.push([...path, name]);
      visit(member, [...path, name]);
    }
  };
  visit(value, []);
  return places;
}

/**
 * Runs what reads an input: it may work, and it may say in one line what is wrong with it (exit code 2).
 * Anything else is a fault.
 *
 * @returns what it read; undefined where it refused
 */
export function readOrRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    assertRefusal(error);
    return undefined;
  }
}

/** That an error is one that a command tells in one line, with exit code 2. */
export function assertRefusal(error: unknown): void {
  const isMeant = error instanceof UserError || error instanceof CommanderError;
  assert.ok(isMeant, `not a refusal: ${error instanceof Error ? error.stack : error}`);
  assert.doesNotMatch(messageOf(error), /[\n\r]/, 'the refusal is more than one line');
}
