-- Those of some numbers whose shards are at the worker that is asked directly. $1 text[]: numbers
select n.phone
from unnest($1::text[]) as n(phone)
where get_shard_id_for_distribution_column('public.outbound_messages', n.phone) in (
  select p.shardid
  from pg_catalog.pg_dist_placement as p
  where p.groupid = (
    select w.groupid
    from pg_catalog.pg_dist_node as w
    where w.groupid <> 0
      and w.noderole = 'primary'
      and w.isactive
      and w.shouldhaveshards
    order by w.nodeid
    limit 1
  )
);
