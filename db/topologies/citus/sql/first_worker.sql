-- The worker that is asked directly, where one is.
select n.nodename as host, n.nodeport as port
from pg_catalog.pg_dist_node as n
where n.groupid <> 0
  and n.noderole = 'primary'
  and n.isactive
  and n.shouldhaveshards
order by n.nodeid
limit 1;
