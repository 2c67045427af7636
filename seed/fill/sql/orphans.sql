-- Ends sessions of a seed whose client is gone: whoever holds the seed's advisory lock may do this.
select pg_terminate_backend(a.pid)
from pg_catalog.pg_stat_activity as a
where a.datname = current_database()
  and a.application_name = $1
  and a.pid <> pg_backend_pid();
