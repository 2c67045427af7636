-- Triggers that somebody made, foreign keys' own apart.
select
  t.tgname as name,
  t.tgrelid::regclass::text as "table",
  pg_catalog.pg_get_triggerdef(t.oid) as definition
from pg_catalog.pg_trigger as t
join pg_catalog.pg_class as c on c.oid = t.tgrelid
where not t.tgisinternal
  and c.relnamespace = 'public'::regnamespace
order by 2, 1
