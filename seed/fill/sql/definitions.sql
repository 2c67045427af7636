-- Indexes, constraints, replica identities by index and autovacuum settings of the tables named in $1 that a
-- load takes off and puts back.
-- Check and not-null constraints stay: they cost little while rows come in.
with
loaded as (
  select c.oid, c.relname as table_name, c.reloptions, c.relreplident
  from pg_catalog.pg_class as c
  where c.oid in (
    select format('public.%I', t.name)::regclass
    from unnest($1::text[]) as t(name)
  )
)
select
  l.table_name,
  con.conname as name,
  case con.contype when 'f' then 'foreign key' else 'constraint' end as kind,
  pg_get_constraintdef(con.oid) as constraint_definition,
  case
    when con.contype in ('p', 'u') and not con.condeferrable then pg_get_indexdef(con.conindid)
  end as index_definition,
  (
    select r.relname
    from pg_catalog.pg_class as r
    where r.oid = con.confrelid
  ) as referenced_table,
  obj_description(con.oid, 'pg_constraint') as comment
from pg_catalog.pg_constraint as con
join loaded as l on l.oid = con.conrelid
where con.contype in ('f', 'p', 'u', 'x')
union all
select
  l.table_name,
  i.relname,
  'index',
  null,
  pg_get_indexdef(i.oid),
  null,
  obj_description(i.oid, 'pg_class')
from pg_catalog.pg_index as x
join loaded as l on l.oid = x.indrelid
join pg_catalog.pg_class as i on i.oid = x.indexrelid
where not exists (
  select
  from pg_catalog.pg_constraint as con
  where con.conindid = x.indexrelid
    and con.contype in ('p', 'u', 'x')
)
union all
select
  l.table_name,
  i.relname || ' as replica identity',
  'replica identity',
  null,
  format('alter table public.%I replica identity using index %I', l.table_name, i.relname),
  null,
  null
from pg_catalog.pg_index as x
join loaded as l on l.oid = x.indrelid
join pg_catalog.pg_class as i on i.oid = x.indexrelid
where x.indisreplident
  and l.relreplident = 'i'
union all
select l.table_name, 'autovacuum_enabled', 'autovacuum', null, null, null, null
from loaded as l
where not exists (
  select
  from unnest(l.reloptions) as o(setting)
  where o.setting like 'autovacuum_enabled=%'
);
