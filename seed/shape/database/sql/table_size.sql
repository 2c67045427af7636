-- About how many rows a table has, with all its partitions: as the catalog says, else by its pages of about 80
-- rows. $1 text: the table.
select
  coalesce(
    sum(case when c.reltuples >= 0 then c.reltuples else pg_relation_size(c.oid) / 8192 * 80 end),
    0
  )::float8 as "rows"
from (
  select to_regclass($1)::oid as oid
  union
  select p.relid
  from pg_partition_tree(to_regclass($1)) as p
) as l
join pg_class as c on c.oid = l.oid
where c.relkind = 'r';
