-- Tables whose rows are under policies.
select c.oid::regclass::text as name
from pg_catalog.pg_class as c
where c.relnamespace = 'public'::regnamespace
  and c.relkind = 'r'
  and c.relrowsecurity
order by 1
