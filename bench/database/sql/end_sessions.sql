-- Ends the other sessions of these applications in this database, and waits until they are gone.
-- $1 text[]: application names
select pg_terminate_backend(a.pid, 10000)
from pg_catalog.pg_stat_activity as a
where a.datname = current_database()
  and a.application_name = any ($1::text[])
  and a.pid <> pg_backend_pid();
