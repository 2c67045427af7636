-- What a load could have left behind: constraints not validated, indexes not valid, triggers off,
-- definitions not put back, tables without statistics. One row for each finding.
-- $1 text[]: the tables. Where a design has put a view in the place of one, the table behind it counts.
-- $2 text[]: constraints that a design leaves without validation on purpose.
with
named as (
  select c.oid, c.relkind
  from pg_catalog.pg_class as c
  where c.oid in (
    select format('public.%I', t.name)::regclass
    from unnest($1::text[]) as t(name)
  )
),
loaded as (
  select c.oid, c.relname as table_name, c.reltuples
  from pg_catalog.pg_class as c
  where c.relkind in ('r', 'p')
    and (
      c.oid in (select n.oid from named as n)
      or c.oid in (
        select d.refobjid
        from named as n
        join pg_catalog.pg_rewrite as w on w.ev_class = n.oid
        join pg_catalog.pg_depend as d
          on d.classid = 'pg_catalog.pg_rewrite'::regclass
          and d.objid = w.oid
          and d.refclassid = 'pg_catalog.pg_class'::regclass
        where n.relkind = 'v'
      )
    )
)
select format('constraint %s of %s is not validated', con.conname, l.table_name) as finding
from pg_catalog.pg_constraint as con
join loaded as l on l.oid = con.conrelid
where not con.convalidated
  and con.conname <> all ($2::text[])
union all
select format('index %s of %s is not valid', x.indexrelid::regclass, l.table_name)
from pg_catalog.pg_index as x
join loaded as l on l.oid = x.indrelid
where not (x.indisvalid and x.indisready)
union all
select format('trigger %s of %s is not enabled', t.tgname, l.table_name)
from pg_catalog.pg_trigger as t
join loaded as l on l.oid = t.tgrelid
where t.tgenabled not in ('O', 'A')
union all
select format('%s %s of %s has not been put back', d.kind, d.name, d.table_name)
from optout_lab.seed_definitions as d
union all
select format('%s has never been analysed', l.table_name)
from loaded as l
where l.reltuples < 0;
