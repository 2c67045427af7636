-- How many transactions are prepared at the workers and neither committed nor rolled back. A worker that
-- does not answer counts for one: nobody knows.
select coalesce(sum(case when w.success then w.result::integer else 1 end), 0)::integer as count
from run_command_on_workers(
  'select count(*) from pg_catalog.pg_prepared_xacts where database = current_database()'
) as w;
