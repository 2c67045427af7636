-- The name of a shard of blocked_contacts at the worker of this session.
select format('public.%s', s.shard_name) as name
from citus_shards as s
join pg_catalog.pg_dist_node as n on n.nodename = s.nodename and n.nodeport = s.nodeport
join pg_catalog.pg_dist_local_group as g on g.groupid = n.groupid
where s.table_name = 'public.blocked_contacts'::regclass
order by s.shardid
limit 1;
