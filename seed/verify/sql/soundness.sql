-- What a load could have left behind: constraints not validated, indexes not valid, triggers off,
-- pages that an index-only scan or a vacuum would have to visit. One row for each finding.
with
loaded as (
  select c.oid, c.relname as table_name, c.relpages, c.relallvisible, c.reltuples
  from pg_catalog.pg_class as c
  where c.oid in (
    select format('public.%I', t.name)::regclass
    from unnest($1::text[]) as t(name)
  )
)
select format('constraint %s of %s is not validated', con.conname, l.table_name) as finding
from pg_catalog.pg_constraint as con
join loaded as l on l.oid = con.conrelid
where not con.convalidated
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
