import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { onlyRow } from '../connection/only-row.ts';
import { readSql } from '../sql.ts';
import { insufficientPrivilege, wrongObjectType } from '../sqlstates.ts';

/** A right to an object, and a statement that needs it; of a function one that asks whether it may be called. */
export interface TriedRight {
  readonly object: string;
  readonly privilege: string;
  readonly statement: string;
}

const objectsSql = readSql(new URL('./tried-rights.sql', import.meta.url));

/** Every table, view, column, sequence and function outside the server's own schemas, with each right to it. */
export async function rightsToTry(owner: pg.Client): Promise<readonly TriedRight[]> {
  const { rows } = await owner.query<TriedRight>(objectsSql);
  return rows;
}

/** Those that a session has, as `insert on public.outbound_messages`, in order. */
export async function rightsOf(
  session: pg.Client,
  tried: readonly TriedRight[],
): Promise<readonly string[]> {
  const allowed: string[] = [];
  for (const { object, privilege, statement } of tried) {
    const may =
      privilege === 'execute'
        ? await mayCall(session, statement)
        : !(await isDenied(session, statement));
    if (may) allowed.push(`${privilege} on ${object}`);
  }
  return allowed.sort();
}

/** As the catalog has it: a function that may be called may still be denied what it reads. */
async function mayCall(session: pg.Client, statement: string): Promise<boolean> {
  return onlyRow(await session.query<{ may: boolean }>(statement)).may;
}

/**
 * Whether a right is lacking, or nobody can do it at all, as truncating a view; whatever else a statement
 * says, it came past the rights.
 */
async function isDenied(session: pg.Client, statement: string): Promise<boolean> {
  await session.query('begin');
  try {
    await session.query(statement);
    return false;
  } catch (error) {
    return [insufficientPrivilege, wrongObjectType].includes(codeOf(error) ?? '');
  } finally {
    await session.query('rollback');
  }
}
