import { isDeepStrictEqual } from 'node:util';
import { CheckFailure, codeOf, messageOf } from '../cli/errors.ts';
import { refusal } from '../contract.ts';
import { queryCanceled } from '../sqlstates.ts';

/**
 * Holds a statement to be refused with the lab's message and SQLSTATE.
 *
 * @param sqlStates others too, where the database's topology may lose it
 */
export async function expectRefused(
  what: string,
  statement: Promise<unknown>,
  sqlStates: readonly string[] = [refusal.sqlState],
): Promise<void> {
  const error = await errorOf(statement);
  if (error === undefined)
    throw new CheckFailure(`${what}: accepted, and should have been refused`);
  if (!sqlStates.includes(codeOf(error) ?? '') || messageOf(error) !== refusal.message) {
    throw new CheckFailure(
      `${what}: expected "${refusal.message}" (${sqlStates.join(' or ')}), ` +
        `got "${messageOf(error)}" (${codeOf(error)})`,
    );
  }
}

/** Holds a statement to fail with one of PostgreSQL's own errors. */
export async function expectSqlState(
  what: string,
  sqlState: string,
  statement: Promise<unknown>,
): Promise<void> {
  const error = await errorOf(statement);
  if (error === undefined) throw new CheckFailure(`${what}: accepted, expected error ${sqlState}`);
  if (codeOf(error) !== sqlState) {
    throw new CheckFailure(
      `${what}: expected error ${sqlState}, got "${messageOf(error)}" (${codeOf(error)})`,
    );
  }
}

/** Holds a statement to go through, and gives its result. */
export async function expectAccepted<T>(what: string, statement: Promise<T>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    if (codeOf(error) === queryCanceled) throw error;
    throw new CheckFailure(`${what}: should have been accepted, got "${messageOf(error)}"`);
  }
}

/** Holds two values to be equal. */
export function expectEqual<T>(what: string, actual: T, expected: T): void {
  if (!isDeepStrictEqual(actual, expected)) {
    throw new CheckFailure(
      `${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`,
    );
  }
}

async function errorOf(statement: Promise<unknown>): Promise<unknown> {
  try {
    await statement;
    return undefined;
  } catch (error) {
    if (codeOf(error) === queryCanceled) throw error;
    return error ?? new Error('rejected without a reason');
  }
}
