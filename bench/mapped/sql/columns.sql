-- The columns of the two tables, in their order. $1 text: messages, $2 text: reports, each schema.table
select
  t.use,
  a.attname as name,
  pg_catalog.format_type(a.atttypid, null) as type,
  a.attnotnull as "mustHaveValue",
  a.atthasdef or a.attidentity <> '' as "hasDefault"
from (
  values
    ('messages', pg_catalog.to_regclass($1)),
    ('reports', pg_catalog.to_regclass($2))
) as t (use, oid)
join pg_catalog.pg_attribute as a on a.attrelid = t.oid
where a.attnum > 0
  and not a.attisdropped
order by t.use, a.attnum;
