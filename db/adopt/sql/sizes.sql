-- How large a table is, all partitions and indexes together; rows as the catalog has them, null where it does
-- not know.
with relations as (
  select to_regclass('{sized table}')::oid as oid
  union
  select p.relid
  from pg_partition_tree(to_regclass('{sized table}')) as p
)
select
  case when bool_and(c.reltuples >= 0) then sum(c.reltuples)::bigint end as "rows",
  sum(pg_table_size(c.oid))::bigint as table_bytes,
  sum(pg_total_relation_size(c.oid))::bigint as bytes
from relations as l
join pg_class as c on c.oid = l.oid
where c.relkind = 'r';
