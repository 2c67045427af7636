-- Everything that the role $1 may do in the schema public and that everybody may not do to any
-- schema: one line of text a right.
with
relations as (
  select c.oid, c.relname
  from pg_catalog.pg_class as c
  where c.relnamespace = 'public'::regnamespace
    and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
),
rights as (
  select format('%s on %s', p.privilege, r.relname) as line
  from relations as r
  cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'])
    as p (privilege)
  where has_table_privilege($1, r.oid, p.privilege)
  union all
  select format('%s (%s) on %s', p.privilege, a.attname, r.relname)
  from relations as r
  join pg_catalog.pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  cross join unnest(array['select', 'insert', 'update', 'references']) as p (privilege)
  where has_column_privilege($1, r.oid, a.attnum, p.privilege)
    and not has_table_privilege($1, r.oid, p.privilege)
  union all
  select format('execute on %s', f.oid::regprocedure)
  from pg_catalog.pg_proc as f
  where f.pronamespace = 'public'::regnamespace
    and has_function_privilege($1, f.oid, 'execute')
  union all
  select 'create on schema public'
  where has_schema_privilege($1, 'public', 'create')
)
select r.line
from rights as r
order by r.line collate "C";
