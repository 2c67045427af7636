-- Which worker has which part of the hash values of phone numbers: from the lowest on.
select
  s.shardminvalue::integer as "from",
  n.nodename as host,
  n.nodeport as port
from pg_catalog.pg_dist_shard as s
join pg_catalog.pg_dist_placement as p on p.shardid = s.shardid
join pg_catalog.pg_dist_node as n on n.groupid = p.groupid and n.noderole = 'primary'
where s.logicalrelid = 'public.outbound_messages'::regclass
order by s.shardminvalue::integer;
