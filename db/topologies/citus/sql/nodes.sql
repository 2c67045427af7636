-- The nodes of the cluster, the coordinator first, as this one knows them; a coordinator without workers
-- may not know itself.
select
  n.groupid = 0 as "isCoordinator",
  n.nodename as host,
  n.nodeport as port,
  n.isactive as "isActive",
  (
    select count(*)::integer
    from pg_catalog.pg_dist_placement as p
    join pg_catalog.pg_dist_shard as s on s.shardid = p.shardid
    where p.groupid = n.groupid
      and s.logicalrelid = to_regclass('public.outbound_messages')
  ) as shards
from pg_catalog.pg_dist_node as n
where n.noderole = 'primary'
order by n.groupid, n.nodeid;
