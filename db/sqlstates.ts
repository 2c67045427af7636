/* SQLSTATEs that programs react to, by PostgreSQL's own names (manual: "PostgreSQL Error Codes"). */

/** A statement ran into statement_timeout: it shows nothing, and is passed on as it is. */
export const queryCanceled = '57014';

/** A statement ran into lock_timeout: it may be tried again. */
export const lockNotAvailable = '55P03';

export const serializationFailure = '40001';
export const deadlockDetected = '40P01';
export const divisionByZero = '22012';
export const uniqueViolation = '23505';
export const readOnlyTransaction = '25006';
export const insufficientPrivilege = '42501';
export const wrongObjectType = '42809';
export const duplicateDatabase = '42P04';
export const objectInUse = '55006';
export const cannotConnectNow = '57P03';

/** A bug of the server, and what Citus says where it passes an error of a worker on without its SQLSTATE. */
export const internalError = 'XX000';

/** A pooler says so of a setting that it is asked for and does not know. */
export const protocolViolation = '08P01';

/** The connection or the server behind it went away: connection exceptions (class 08), operator intervention (57P). */
export function meansConnectionLost(sqlState: string): boolean {
  return sqlState.startsWith('08') || sqlState.startsWith('57P');
}
