-- Which hash values of phone numbers are at the worker that is asked directly: the first and the last of each shard.
select
  s.shardminvalue::integer as "from",
  s.shardmaxvalue::integer as "to"
from pg_catalog.pg_dist_shard as s
join pg_catalog.pg_dist_placement as p on p.shardid = s.shardid
where s.logicalrelid = 'public.outbound_messages'::regclass
  and p.groupid = (
    select w.groupid
    from pg_catalog.pg_dist_node as w
    where w.groupid <> 0
      and w.noderole = 'primary'
      and w.isactive
      and w.shouldhaveshards
    order by w.nodeid
    limit 1
  );
