-- Scratch databases and roles of test runs that are over: a run that lives holds an advisory lock
-- of two keys, $1 integer and its own number, which its names carry in hexadecimal.
-- Rows: kind 'database' or 'role', name text; databases first, because roles may own things in them.
with
scratch as (
  select 'database' as kind, d.datname::text as name
  from pg_catalog.pg_database as d
  where not exists (
    select
    from pg_catalog.pg_stat_activity as a
    where a.datid = d.oid
  )
  union all
  select 'role', r.rolname::text
  from pg_catalog.pg_roles as r
)
select s.kind, s.name
from scratch as s
where s.name ~ '^optout_lab_test_[0-9a-f]{8}_[0-9a-f]{8}$'
  and not exists (
    select
    from pg_catalog.pg_locks as l
    where l.locktype = 'advisory'
      and l.classid = $1::integer::oid
      and l.objid = ('x' || substr(s.name, 17, 8))::bit(32)::bigint::oid
      and l.objsubid = 2
  )
order by s.kind, s.name;
