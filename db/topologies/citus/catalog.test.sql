-- What a node of a cluster has in schema public, without the numbers of the shards: one row a kind of object
-- and name, with how often it is there.
select s.what, count(*)::integer as count
from (
  select format('%s %s', c.relkind, regexp_replace(c.relname, '_\d{6,}', '_N', 'g')) as what
  from pg_catalog.pg_class as c
  where c.relnamespace = 'public'::regnamespace
  union all
  select format('function %s', p.oid::regprocedure)
  from pg_catalog.pg_proc as p
  where p.pronamespace = 'public'::regnamespace
  union all
  select format(
    'trigger %s on %s',
    regexp_replace(t.tgname, '_\d{6,}$', ''),
    regexp_replace(t.tgrelid::regclass::text, '_\d{6,}', '_N', 'g')
  )
  from pg_catalog.pg_trigger as t
  where not t.tgisinternal
) as s
group by s.what
order by s.what;
