import type pg from 'pg';
import { readSql } from '../../db/sql.ts';
import { tableNames } from '../data-set/data-set.ts';

/** Everything about the tables that a load touches, in words. */
export async function describeSchema(client: pg.Client): Promise<readonly object[]> {
  const { rows: definitions } = await client.query<object>(
    `select * from (${readSql(new URL('../fill/sql/definitions.sql', import.meta.url)).replace(/;\s*$/, '')}) as d
     order by table_name, name`,
    [tableNames],
  );
  const { rows: triggers } = await client.query<object>(
    `select pg_get_triggerdef(oid) as definition, tgenabled as state,
            obj_description(oid, 'pg_trigger') as comment
     from pg_trigger where not tgisinternal order by 1`,
  );
  const { rows: constraints } = await client.query<object>(
    `select conname, convalidated, pg_get_constraintdef(oid) as definition
     from pg_constraint where connamespace = 'public'::regnamespace order by 1`,
  );
  return [...definitions, ...triggers, ...constraints];
}
