-- Cancels the statements of this application in this database that have run for longer.
-- $1 text: application name; $2 double precision: milliseconds
select pg_cancel_backend(a.pid)
from pg_catalog.pg_stat_activity as a
where a.datname = current_database()
  and a.application_name = $1
  and a.state = 'active'
  and clock_timestamp() - a.query_start > $2 * interval '1 millisecond';
