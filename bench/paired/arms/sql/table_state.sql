-- What a design's check may consist of: the triggers of the messages' table (or view), its checks, its
-- policies, its definition as a view.
select
  c.relkind = 'v' as "isView",
  c.relrowsecurity as "rowSecurity",
  case when c.relkind = 'v' then pg_catalog.pg_get_viewdef(c.oid) end as "viewDefinition",
  (
    select coalesce(array_agg(t.tgname::text order by t.tgname), '{}')
    from pg_catalog.pg_trigger as t
    where t.tgrelid = c.oid
      and not t.tgisinternal
  ) as triggers,
  (
    select coalesce(array_agg(k.conname::text order by k.conname), '{}')
    from pg_catalog.pg_constraint as k
    where k.conrelid = c.oid
      and k.contype = 'c'
  ) as checks
from pg_catalog.pg_class as c
where c.oid = 'public.outbound_messages'::regclass;
