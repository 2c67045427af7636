import type pg from 'pg';
import { readSql } from '../sql.ts';

/** A session that waits, as the server knows it. */
export interface Waiter {
  readonly pid?: number | undefined;
  readonly application?: string;
}

/** A row of lock-holders.sql. What a role may not see of another's session is null. */
export interface Holder {
  /** Null for a prepared transaction, which has a gid instead. */
  readonly pid: number | null;
  readonly gid: string | null;
  readonly application: string | null;
  readonly role: string | null;
  readonly kind: string | null;
  readonly state: string | null;
  readonly since: string | null;
  readonly doing: string | null;
  readonly deadlockMs: number;
}

const holdersSql = readSql(new URL('./lock-holders.sql', import.meta.url));

/** Who keeps another session waiting for a lock; nobody where it does not wait. */
export async function holdersFor(
  look: pg.Client,
  { pid, application }: Waiter,
): Promise<readonly Holder[]> {
  const { rows } = await look.query<Holder>(holdersSql, [pid ?? null, application ?? null]);
  return rows;
}

/** A session of pg's, as the server knows it. */
export function waiterOf(client: pg.Client): Waiter {
  const { processID } = client as pg.Client & { readonly processID?: number | null };
  return { pid: processID ?? undefined };
}

/** The same for one holder, however often it is looked at. */
export function identityOf({ pid, gid }: Holder): string {
  return `${pid} ${gid}`;
}

/** The one that has been there longest, in words; others may be its followers. */
export function nameOf([first, ...others]: readonly Holder[]): string {
  if (first === undefined) return 'another session';
  return `${describe(first)}${others.length === 0 ? '' : ` and by ${others.length} more`}`;
}

/** A holder in words: `process 4711 ("psql", role app, idle in transaction since …, last: insert …)`. */
function describe(holder: Holder): string {
  const { pid, gid, application, role, kind, state, since, doing } = holder;
  if (gid !== null) return `the prepared transaction '${gid}' (of role ${role}, since ${since})`;
  const facts = [
    kind === 'client backend' || kind === null ? undefined : kind,
    application === null || application === '' ? undefined : `"${application}"`,
    role === null ? undefined : `role ${role}`,
    state === null ? undefined : `${state}${since === null ? '' : ` since ${since}`}`,
    doing === null || doing === ''
      ? undefined
      : `${state === 'active' ? 'at' : 'last'}: ${doing.trim()}`,
  ];
  return `process ${pid} (${facts.filter((fact) => fact !== undefined).join(', ')})`;
}
