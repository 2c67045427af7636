-- Policies of tables, with their expressions.
select
  p.polname as name,
  p.polrelid::regclass::text as "table",
  p.polpermissive as "isPermissive",
  case p.polcmd
    when 'r' then 'select'
    when 'a' then 'insert'
    when 'w' then 'update'
    when 'd' then 'delete'
    else 'all'
  end as command,
  pg_catalog.pg_get_expr(p.polqual, p.polrelid) as "using",
  pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) as "check"
from pg_catalog.pg_policy as p
order by 2, 1
