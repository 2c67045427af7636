-- A shard of the messages at the worker of this session: the first and the last hash value of its numbers, and the
-- shards of all tables that hold the same numbers, by the names of their tables.
select
  min(s.shardminvalue::integer) as "from",
  max(s.shardmaxvalue::integer) as "to",
  json_object_agg(c.relname, shard_name(s.logicalrelid, s.shardid)) as shards
from pg_catalog.pg_dist_shard as s
join pg_catalog.pg_class as c on c.oid = s.logicalrelid
where s.shardminvalue = (
  select m.shardminvalue
  from pg_catalog.pg_dist_shard as m
  join pg_catalog.pg_dist_placement as p on p.shardid = m.shardid
  join pg_catalog.pg_dist_local_group as g on g.groupid = p.groupid
  where m.logicalrelid = 'public.outbound_messages'::regclass
  order by m.shardid
  limit 1
)
having count(*) > 0;
