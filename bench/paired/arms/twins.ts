import { inTransaction } from '../../../db/connection/transaction.ts';
import type { Design } from '../../../db/designs.ts';
import { readSql } from '../../../db/sql.ts';
import { citusSql } from '../../../db/topologies/citus/statements.ts';
import { citus } from '../../../db/topologies/topology.ts';
import type { BenchReservation } from '../../database/reservation.ts';
import { dropTwins, twinSchemas } from '../../database/twin-schemas.ts';
import type { Arms } from './arms.ts';

const makeTwinSql = readSql(new URL('./sql/make_twin.sql', import.meta.url));

/** The timed statements name no schema: a session finds their table in its arm's, or is told it in each. */
function bySchema(treatment: string, control: string): Pick<Arms, 'sql' | 'schemas'> {
  const pathTo = (schema: string): string => `set search_path = ${schema}, public`;
  return {
    sql: { treatment: pathTo(treatment), control: pathTo(control) },
    schemas: { treatment, control },
  };
}

/**
 * Arms on two tables like that of the messages, with the same keys and foreign keys, both empty at first
 * and growing alike: one with the check and one without. For this no right is needed but to make tables.
 *
 * @param checked false: both without, to try the method on itself
 * @param kind `partitioned`: both by month, as people have it at a hundred million messages
 */
export async function twinTables(
  reservation: BenchReservation,
  design: Design,
  checked: boolean,
  kind: 'plain' | 'partitioned' = 'plain',
): Promise<Arms> {
  const byMonth = kind === 'partitioned';
  await reservation.change(async (admin) => {
    await admin.query(reservation.topology === citus ? citusSql('make_twin') : makeTwinSql);
    await inTransaction(admin, async () => {
      await admin.query(design.checkOffSql);
      await admin.query('select pg_temp.make_twin($1, $2)', [twinSchemas.unchecked, byMonth]);
      if (checked) await admin.query(design.checkOnSql);
      await admin.query('select pg_temp.make_twin($1, $2)', [twinSchemas.checked, byMonth]);
    });
  });
  return {
    method: byMonth ? 'partitioned twins' : 'twin tables',
    ...bySchema(twinSchemas.checked, twinSchemas.unchecked),
    takeDown: () => reservation.change(dropTwins),
  };
}

/** Arms on two views of one table: the application's, and one as it is without the check. */
export async function twinView(
  reservation: BenchReservation,
  uncheckedDefinition: string,
): Promise<Arms> {
  await reservation.change((admin) =>
    inTransaction(admin, async () => {
      await admin.query(`create schema ${twinSchemas.unchecked}`);
      await admin.query(
        `create view ${twinSchemas.unchecked}.outbound_messages as ${uncheckedDefinition}`,
      );
    }),
  );
  return {
    method: 'twin view',
    ...bySchema('public', twinSchemas.unchecked),
    takeDown: () => reservation.change(dropTwins),
  };
}
