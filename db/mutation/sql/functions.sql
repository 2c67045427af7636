-- Functions of the schema: name, definition and body; of a trigger or called by one, or an operator's.
select
  p.oid::regprocedure::text as name,
  pg_catalog.pg_get_functiondef(p.oid) as definition
from pg_catalog.pg_proc as p
where p.pronamespace = 'public'::regnamespace
  and p.prokind = 'f'
  and not exists (
    select
    from pg_catalog.pg_depend as d
    where d.classid = 'pg_catalog.pg_proc'::regclass
      and d.objid = p.oid
      and d.deptype = 'e'
  )
order by 1
