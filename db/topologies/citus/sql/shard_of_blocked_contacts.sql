-- The name of a shard of blocked_contacts at a worker, and where that is.
select
  format('public.%s', s.shard_name) as name,
  s.nodename as host,
  s.nodeport as port
from citus_shards as s
where s.table_name = 'public.blocked_contacts'::regclass
order by s.shardid
limit 1;
