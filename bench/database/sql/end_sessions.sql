-- Ends the other sessions of these applications in this database, and waits until they are gone. Those that
-- a pooler keeps are left to it unless they are at a statement.
-- $1 text[]: application names; $2 text: of sessions through a pooler, or null
select pg_terminate_backend(a.pid, 10000)
from pg_catalog.pg_stat_activity as a
where a.datname = current_database()
  and (
    a.application_name = any ($1::text[])
    or a.application_name = $2 and a.state <> 'idle'
  )
  and a.pid <> pg_backend_pid();
