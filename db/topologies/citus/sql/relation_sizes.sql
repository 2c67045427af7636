-- Tables of schema public: what their shards and the indexes of those take on all nodes, and how many rows
-- the nodes' planners know of. What a table's name itself stands for is an empty shell.
select
  p.logicalrelid::text as name,
  'table' as kind,
  p.logicalrelid::text as "table",
  citus_total_relation_size(p.logicalrelid) as "sizeBytes",
  (
    select coalesce(sum(greatest(s.result::double precision, 0)), 0)
    from run_command_on_shards(
      p.logicalrelid,
      'select reltuples from pg_catalog.pg_class where oid = ''%s''::regclass'
    ) as s
    where s.success
  ) as rows
from pg_catalog.pg_dist_partition as p
join pg_catalog.pg_class as c on c.oid = p.logicalrelid
where c.relnamespace = 'public'::regnamespace
order by name;
