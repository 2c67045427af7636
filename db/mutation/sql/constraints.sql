-- Constraints of tables: keys, foreign keys, conditions. Columns that may not be null are another query's.
select
  k.conname as name,
  k.conrelid::regclass::text as "table",
  k.contype in ('p', 'u', 'x') as "isKey",
  (
    select m.amname
    from pg_catalog.pg_class as i
    join pg_catalog.pg_am as m on m.oid = i.relam
    where i.oid = k.conindid
      and k.contype in ('p', 'u', 'x')
  ) as method,
  pg_catalog.pg_get_constraintdef(k.oid) as definition,
  (
    select string_agg(quote_ident(a.attname), ', ' order by u.place)
    from unnest(k.conkey) with ordinality as u (number, place)
    join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = u.number
  ) as columns
from pg_catalog.pg_constraint as k
join pg_catalog.pg_class as c on c.oid = k.conrelid
where c.relnamespace = 'public'::regnamespace
  and c.relkind = 'r'
  and k.contype in ('p', 'u', 'x', 'f', 'c')
order by 2, 1
