import { meansConnectionLost } from '../sqlstates.ts';

/**
 * Bad input or a bad environment. The message is one line that says what is wrong and what to do;
 * a command prints it without a stack and exits with code 2.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** A check did not hold. A command prints the message without a stack and exits with code 1. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
}

/** The message of anything thrown, on one line. */
export function messageOf(error: unknown): string {
  const message =
    error instanceof AggregateError && error.message === ''
      ? error.errors.map(messageOf).join('; ')
      : error instanceof Error
        ? error.message
        : String(error);
  return onOneLine(message);
}

/** A text with its line breaks as blanks: what was typed may hold any, and is told as it is. */
export function onOneLine(text: string): string {
  return text.trim().replace(/\s*[\n\r]\s*/g, ' ');
}

/** The `code` of a Node or PostgreSQL error (ENOENT, 42501 …), or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Whether the server or the connection to it went away: what the server says then, sockets that broke,
 * and what pg says of a client whose socket is gone.
 */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return (
    meansConnectionLost(code) ||
    /^(ECONNRESET|ECONNREFUSED|EPIPE)$/.test(code) ||
    /connection (terminated|to the server broke)|not queryable|Client was closed/i.test(
      messageOf(error),
    )
  );
}

/** Whether the system refused a file: rights, a full disk, something else in its place. */
export function isFileRefused(error: unknown): boolean {
  const refusals = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EISDIR', 'ENOTDIR', 'ELOOP'];
  return (
    error instanceof Error &&
    'syscall' in error &&
    !String(error.syscall).startsWith('spawn') &&
    refusals.includes(codeOf(error) ?? '')
  );
}
