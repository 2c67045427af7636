-- The sessions that carry a load, at whatever node.
-- $1 text: the application's name, $2 text: its name through a pooler
select a.pid
from citus_stat_activity as a
where a.datname = current_database()
  and a.application_name in ($1, $2)
  and a.state <> 'idle'
limit 1;
