/*
 * What the lab and an application agree on, each fact once.
 */
import {
  deadlockDetected,
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

/** The errors after which an application runs its transaction again: it was rolled back, and may succeed. */
export function isWorthRetrying(sqlState: string | undefined): boolean {
  return sqlState === serializationFailure || sqlState === deadlockDetected;
}

/**
 * The errors after which an application connects anew and asks what became of its statement: the
 * connection is lost, or the server behind it takes no writes any more, as after a failover.
 */
export function isWorthReconnecting(sqlState: string): boolean {
  return meansConnectionLost(sqlState) || sqlState === readOnlyTransaction;
}
