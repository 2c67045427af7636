-- $1 text: the application name of the load's sessions. One row while any is there.
select a.pid
from pg_catalog.pg_stat_activity as a
where a.application_name = $1
  and a.datname = current_database()
limit 1;
