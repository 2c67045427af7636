-- The tables that the check reads and those that it is on, as the catalog knows them, partitions included.
-- $1 text[]: schema.table
select
  named.name,
  'table' as kind,
  named.name as "table",
  sum(pg_catalog.pg_total_relation_size(c.oid))::float8 as "sizeBytes",
  sum(pg_catalog.pg_table_size(c.oid))::float8 as "tableBytes",
  sum(greatest(c.reltuples, 0))::float8 as rows
from unnest($1::text[]) as named (name)
cross join lateral (
  select pg_catalog.to_regclass(named.name)::oid as oid
  union
  select p.relid::oid
  from pg_catalog.pg_partition_tree(pg_catalog.to_regclass(named.name)) as p
) as tree
join pg_catalog.pg_class as c on c.oid = tree.oid
where c.relkind = 'r'
group by named.name
order by named.name;
