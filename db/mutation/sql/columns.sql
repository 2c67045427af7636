-- Columns that may not be null, keys' own apart, and columns that have a default.
select
  a.attrelid::regclass::text as "table",
  quote_ident(a.attname) as name,
  a.attnotnull and not exists (
    select
    from pg_catalog.pg_constraint as k
    where k.conrelid = a.attrelid
      and k.contype = 'p'
      and a.attnum = any (k.conkey)
  ) as "notNull",
  a.atthasdef and a.attgenerated = '' as "hasDefault"
from pg_catalog.pg_attribute as a
join pg_catalog.pg_class as c on c.oid = a.attrelid
where c.relnamespace = 'public'::regnamespace
  and c.relkind = 'r'
  and a.attnum > 0
  and not a.attisdropped
  and (a.attnotnull or a.atthasdef)
order by 1, 2
