import type pg from 'pg';
import { inTransaction } from '../../db/connection/transaction.ts';
import { readSql } from '../../db/sql.ts';

/*
 * A trigger that fires always fires in a session that is a replica, too, and the check's, which does not, rests
 * there. So the two arms of a pair are on one table, whatever it is called, and nothing is dropped. What was
 * changed is noted in the same transaction: whoever comes after a kill puts it back.
 */

const sql = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));
const toMakeAlwaysSql = sql('triggers_to_make_always');
const noteSql = sql('make_always_note');
const putBackSql = sql('put_back_always');

/**
 * Lets everything but the check fire always when a row is inserted into a table, and notes it.
 *
 * @param table as schema.table, in quotes where it must be
 * @param check the check's function, with its parentheses
 * @throws what the server throws, after which nothing is changed: 42501 where the role may not, because only a
 *   superuser changes a foreign key's trigger
 */
export function makeAlways(admin: pg.Client, table: string, check: string): Promise<void> {
  return inTransaction(admin, async () => {
    await admin.query('set local session_replication_role = replica'); // may this role at all?
    await admin.query('set local session_replication_role = origin');
    await admin.query(noteSql);
    const { rows } = await admin.query<{ relation: string; trigger: string }>(toMakeAlwaysSql, [
      table,
      check,
    ]);
    await admin.query(
      'update optout_lab.always_triggers set process_id = $1, relations = $2, triggers = $3',
      [process.pid, rows.map(({ relation }) => relation), rows.map(({ trigger }) => trigger)],
    );
    for (const { relation, trigger } of rows) {
      await admin.query(
        `alter table only ${relation} enable always trigger ${admin.escapeIdentifier(trigger)}`,
      );
    }
  });
}

/** The process of the bench whose changes are noted; undefined where nothing is. */
export async function whoMadeAlways(admin: pg.Client): Promise<number | undefined> {
  const { rows: found } = await admin.query(
    `select where to_regclass('optout_lab.always_triggers') is not null`,
  );
  if (found.length === 0) return undefined;
  const { rows } = await admin.query<{ process: number }>(
    'select process_id as process from optout_lab.always_triggers',
  );
  return rows[0]?.process;
}

/** Takes back what is noted, and the note. One statement. */
export async function putBackAlways(admin: pg.Client): Promise<void> {
  await admin.query(putBackSql);
}
