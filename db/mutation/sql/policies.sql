-- Policies of tables.
select
  p.polname as name,
  p.polrelid::regclass::text as "table"
from pg_catalog.pg_policy as p
order by 2, 1
