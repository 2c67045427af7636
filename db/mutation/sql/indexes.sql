-- Indexes that no constraint made.
select
  i.indexrelid::regclass::text as name,
  pg_catalog.pg_get_indexdef(i.indexrelid) as definition
from pg_catalog.pg_index as i
join pg_catalog.pg_class as c on c.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace
  and c.relkind = 'r'
  and not exists (
    select
    from pg_catalog.pg_constraint as k
    where k.conindid = i.indexrelid
  )
order by 1
