-- The triggers that fire when a row is inserted, but for the check's: of a table and of all its partitions,
-- foreign keys' included. Those that are off, or fire always, stay as they are.
-- $1 text: the table, as schema.table; $2 text: the check's function, with its parentheses
with tree as (
  select pg_catalog.to_regclass($1)::oid as oid
  union
  select p.relid::oid
  from pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)) as p
)
select
  pg_catalog.format('%I.%I', n.nspname, c.relname) as relation,
  t.tgname::text as trigger
from tree
join pg_catalog.pg_class as c on c.oid = tree.oid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_trigger as t on t.tgrelid = c.oid
where t.tgenabled = 'O'
  and t.tgtype & 4 <> 0 -- on insert
  and t.tgfoid <> pg_catalog.to_regprocedure($2)
order by c.oid, t.tgname;
