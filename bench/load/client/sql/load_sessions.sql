-- $1 text: the application name of the load's sessions; $2 text: of those through a pooler, which keeps
-- them. One row while any may be at a statement.
select a.pid
from pg_catalog.pg_stat_activity as a
where (
    a.application_name = $1
    or a.application_name = $2 and a.state <> 'idle'
  )
  and a.datname = current_database()
limit 1;
