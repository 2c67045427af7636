-- What may make another plan of the same query: pages that an index-only scan must look into, and rows
-- that are dead but still there. Tables of schema public.
select
  relation.relname as name,
  pg_relation_size(relation.oid) / current_setting('block_size')::integer as pages,
  relation.relallvisible as "allVisiblePages",
  pg_stat_get_live_tuples(relation.oid) as "liveRows",
  pg_stat_get_dead_tuples(relation.oid) as "deadRows"
from pg_class as relation
where relation.relnamespace = 'public'::regnamespace
  and relation.relkind in ('r', 'm')
order by name;
