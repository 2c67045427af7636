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
  const { rows: identities } = await client.query<object>(
    `select c.relname, c.relreplident, i.indexrelid::regclass::text as index
     from pg_class as c
     left join pg_index as i on i.indrelid = c.oid and i.indisreplident
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1`,
  );
  return [...definitions, ...triggers, ...constraints, ...identities];
}
