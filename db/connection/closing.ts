import { messageOf } from '../cli/errors.ts';

/** Notes what must be closed when the work is over. */
export type Defer = (close: Close) => void;

/** Closes one thing; told what the work failed with, if it did. */
export type Close = (failure: unknown) => unknown;

/**
 * Does some work, then closes what it deferred, the newest first. Each is closed whatever becomes of
 * the others: a session that stays open keeps its process from ending. The first error is thrown, and
 * those after it are told on standard error.
 */
export async function closing<T>(work: (defer: Defer) => Promise<T>): Promise<T> {
  const closes: Close[] = [];
  let failure: { readonly error: unknown } | undefined;
  let result: T | undefined;
  try {
    result = await work((close) => closes.push(close));
  } catch (error) {
    failure = { error };
  }
  for (const close of closes.reverse()) {
    try {
      await close(failure?.error);
    } catch (error) {
      if (failure === undefined) failure = { error };
      else process.stderr.write(`while clearing up: ${messageOf(error)}\n`);
    }
  }
  if (failure !== undefined) throw failure.error;
  return result as T;
}
