-- The triggers of the table named in $1, as statements that make them again.
select
  t.tgname as name,
  t.tgenabled as state,
  pg_get_triggerdef(t.oid) as definition,
  obj_description(t.oid, 'pg_trigger') as comment
from pg_catalog.pg_trigger as t
where t.tgrelid = format('public.%I', $1::text)::regclass
  and not t.tgisinternal
order by t.tgname;
