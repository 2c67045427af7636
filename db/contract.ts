/*
 * What the lab and an application agree on, each fact once.
 */
import { codeOf, messageOf } from './cli/errors.ts';
import {
  deadlockDetected,
  internalError,
  meansConnectionLost,
  readOnlyTransaction,
  serializationFailure,
} from './sqlstates.ts';

/** What a failed report says. */
export const optedOut = 21610;

export const filtered = 30007;

/** The refusal that every design must give. */
export const refusal = {
  message: 'Cannot send message - frequently unsubscribed recipient',
  sqlState: 'OPTED',
} as const;

/** The levels that every design must hold at; READ UNCOMMITTED is READ COMMITTED in PostgreSQL. */
export const isolationLevels = ['read committed', 'repeatable read', 'serializable'] as const;
export type IsolationLevel = (typeof isolationLevels)[number];

/** What an application sees of a statement that failed. */
export interface Failure {
  readonly sqlState: string | undefined;
  readonly message: string;
}

/**
 * Whether a message was refused. Citus tells most refusals as they are; one of a COPY or an
 * INSERT … SELECT through a coordinator keeps its message and loses its SQLSTATE.
 */
export function isRefusal({ sqlState, message }: Failure): boolean {
  if (sqlState === refusal.sqlState) return true;
  return sqlState === internalError && message === refusal.message;
}

/** Whether an application runs its transaction again: it was rolled back, as a rule, and may succeed. */
export function isWorthRetrying(failure: Failure): boolean {
  const { sqlState, message } = failure;
  return (
    sqlState === serializationFailure ||
    sqlState === deadlockDetected ||
    (sqlState === internalError && retriedMessages.test(message)) ||
    mayBeCommitted(failure)
  );
}

/** How both begin where a worker told them of many rows, and Citus lost the SQLSTATE: as with a refusal. */
const retriedMessages = /^(could not serialize access|deadlock detected)/;

/**
 * Whether a failed commit may have been one: so Citus tells of a serialization failure at commit, whose
 * SQLSTATE it loses, and of a worker that went away while it committed. The rows of whoever tries again
 * need ids of their own, so that none is stored twice.
 */
export function mayBeCommitted({ sqlState, message }: Failure): boolean {
  return (
    sqlState === internalError && message.startsWith('could not commit transaction for shard ')
  );
}

/** An error as an application sees it. */
export function failureOf(error: unknown): Failure {
  return { sqlState: codeOf(error), message: messageOf(error) };
}

/**
 * The errors after which an application connects anew and asks what became of its statement: the
 * connection is lost, or the server behind it takes no writes any more, as after a failover.
 */
export function isWorthReconnecting(sqlState: string): boolean {
  return meansConnectionLost(sqlState) || sqlState === readOnlyTransaction;
}
