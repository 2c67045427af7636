-- What a database without the lab's schema holds, extensions and the lab's bookkeeping apart.
-- One row: foreign_objects bigint, example text.
with
extension_members as (
  select d.classid, d.objid
  from pg_catalog.pg_depend as d
  where d.deptype = 'e'
),
user_schemas as (
  select n.oid, n.nspname
  from pg_catalog.pg_namespace as n
  where n.nspname !~ '^pg_'
    and n.nspname not in ('information_schema', 'optout_lab')
),
objects as (
  select n.nspname || '.' || c.relname as name
  from pg_catalog.pg_class as c
  join user_schemas as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
    and (1259, c.oid) not in (select m.classid, m.objid from extension_members as m)
  union all
  select n.nspname || '.' || p.proname || '()'
  from pg_catalog.pg_proc as p
  join user_schemas as n on n.oid = p.pronamespace
  where (1255, p.oid) not in (select m.classid, m.objid from extension_members as m)
)
select
  (select count(*) from objects) as foreign_objects,
  (select min(o.name) from objects as o) as example;
