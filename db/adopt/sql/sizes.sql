-- How large the two tables are: pages and rows as the catalog has them, of all partitions together.
select
  sum(greatest(c.reltuples, 0)) filter (where p.isleaf)::bigint as "rows",
  sum(pg_total_relation_size(c.oid))::bigint as bytes
from pg_partition_tree(to_regclass('{sized table}')) as p
join pg_class as c on c.oid = p.relid;
