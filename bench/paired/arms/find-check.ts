import type pg from 'pg';
import { onlyRow } from '../../../db/connection/only-row.ts';
import type { Design } from '../../../db/designs.ts';
import { readSql } from '../../../db/sql.ts';

const tableStateSql = readSql(new URL('./sql/table_state.sql', import.meta.url));

/** What a design's check consists of: what its check_off.sql takes away. */
export type Check =
  | { readonly kind: 'triggers'; readonly triggers: readonly string[] }
  | { readonly kind: 'constraint' }
  | { readonly kind: 'row security' }
  | { readonly kind: 'view'; readonly uncheckedDefinition: string };

interface TableState {
  readonly isView: boolean;
  readonly rowSecurity: boolean;
  readonly viewDefinition: string | null;
  readonly triggers: readonly string[];
  readonly checks: readonly string[];
}

/**
 * Looks what check_off.sql of the design in place takes away, in a transaction that is rolled back.
 *
 * @throws Error where it takes nothing away, or more than one kind of thing
 */
export async function findCheck(admin: pg.Client, design: Design): Promise<Check> {
  const before = await tableState(admin);
  await admin.query('begin');
  let after: TableState;
  try {
    await admin.query(design.checkOffSql);
    after = await tableState(admin);
  } finally {
    await admin.query('rollback');
  }
  const triggers = before.triggers.filter((name) => !after.triggers.includes(name));
  const found: Check[] = [];
  if (triggers.length > 0) found.push({ kind: 'triggers', triggers });
  if (before.checks.length > after.checks.length) found.push({ kind: 'constraint' });
  if (before.rowSecurity && !after.rowSecurity) found.push({ kind: 'row security' });
  if (after.viewDefinition !== null && after.viewDefinition !== before.viewDefinition) {
    found.push({ kind: 'view', uncheckedDefinition: after.viewDefinition });
  }
  const [check] = found;
  if (check === undefined || found.length > 1) {
    throw new Error(
      `check_off.sql of ${design.name} takes ${found.length} kinds of thing away, one is expected`,
    );
  }
  return check;
}

async function tableState(admin: pg.Client): Promise<TableState> {
  return onlyRow(await admin.query<TableState>(tableStateSql));
}
