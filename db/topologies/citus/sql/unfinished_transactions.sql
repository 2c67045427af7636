-- How many transactions are prepared at the workers and neither committed nor rolled back.
select coalesce(sum(w.result::integer), 0)::integer as count
from run_command_on_workers(
  'select count(*) from pg_catalog.pg_prepared_xacts where database = current_database()'
) as w
where w.success;
