-- Whether the check is where messages are inserted, and what else fires there, partitions included.
-- $1 text: messages, as schema.table; $2 text: the check's function, with its parentheses
with
tree as (
  select pg_catalog.to_regclass($1)::oid as oid
  union
  select p.relid::oid
  from pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)) as p
),
on_insert as (
  select
    t.tgname::text as name,
    t.tgenabled as mode,
    t.tgisinternal as is_internal,
    t.tgfoid = pg_catalog.to_regprocedure($2) as is_check,
    t.tgrelid = pg_catalog.to_regclass($1) as is_on_parent
  from tree
  join pg_catalog.pg_trigger as t on t.tgrelid = tree.oid
  where t.tgtype & 4 <> 0 -- on insert
)
select
  coalesce(bool_or(i.is_check and i.is_on_parent), false) as "isThere",
  coalesce(bool_and(i.mode = 'O') filter (where i.is_check), false) as "isOn",
  coalesce(
    array_agg(distinct i.name) filter (where i.mode = 'R'),
    '{}'
  ) as "replicaTriggers",
  coalesce(
    array_agg(distinct i.name) filter (where not i.is_check and not i.is_internal and i.mode in ('O', 'A')),
    '{}'
  ) as "otherTriggers"
from on_insert as i;
