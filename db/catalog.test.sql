-- All that the schema public holds, one line of text an object, so that two states can be compared.
with
relations as (
  select c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.reloptions, c.relacl, c.relowner
  from pg_catalog.pg_class as c
  where c.relnamespace = 'public'::regnamespace
),
functions as (
  select p.oid, p.proname, p.proacl, p.proowner
  from pg_catalog.pg_proc as p
  where p.pronamespace = 'public'::regnamespace
),
objects as (
  select
    format('relation %s %s rls %s %s replica identity %s options %s acl %s owner %s: %s', r.relkind, r.relname,
      r.relrowsecurity, r.relforcerowsecurity, r.relreplident, r.reloptions, coalesce(r.relacl, acldefault('r', r.relowner)), r.relowner::regrole,
      obj_description(r.oid, 'pg_class')) as object
  from relations as r
  union all
  select
    format('column %s.%s %s collation %s not null %s default %s acl %s: %s', r.relname, a.attname,
      format_type(a.atttypid, a.atttypmod), a.attcollation::regcollation, a.attnotnull,
      pg_get_expr(d.adbin, d.adrelid), a.attacl, col_description(r.oid, a.attnum))
  from relations as r
  join pg_catalog.pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_catalog.pg_attrdef as d on d.adrelid = r.oid and d.adnum = a.attnum
  where r.relkind in ('r', 'v')
  union all
  select
    format('columns of %s: %s, dropped ones included', r.relname, count(*))
  from relations as r
  join pg_catalog.pg_attribute as a on a.attrelid = r.oid and a.attnum > 0
  group by r.oid, r.relname
  union all
  select
    format('index %s replica identity %s: %s', pg_get_indexdef(i.indexrelid), i.indisreplident,
      obj_description(i.indexrelid, 'pg_class'))
  from relations as r
  join pg_catalog.pg_index as i on i.indrelid = r.oid
  union all
  select
    format('view %s: %s', r.relname, pg_get_viewdef(r.oid))
  from relations as r
  where r.relkind = 'v'
  union all
  select
    format('constraint %s on %s: %s %s: %s', k.conname, k.conrelid::regclass, pg_get_constraintdef(k.oid),
      k.convalidated, obj_description(k.oid, 'pg_constraint'))
  from relations as r
  join pg_catalog.pg_constraint as k on k.conrelid = r.oid
  union all
  select
    format('trigger %s %s: %s', pg_get_triggerdef(t.oid), t.tgenabled, obj_description(t.oid, 'pg_trigger'))
  from relations as r
  join pg_catalog.pg_trigger as t on t.tgrelid = r.oid and not t.tgisinternal
  union all
  select
    format('policy %s on %s', l.policyname, to_jsonb(l))
  from pg_catalog.pg_policies as l
  where l.schemaname = 'public'
  union all
  select
    format('function %s acl %s owner %s: %s', pg_get_functiondef(f.oid), f.proacl, f.proowner::regrole,
      obj_description(f.oid, 'pg_proc'))
  from functions as f
  union all
  select
    format('grant on schema public: %s', n.nspacl)
  from pg_catalog.pg_namespace as n
  where n.nspname = 'public'
)
select o.object
from objects as o
order by o.object collate "C";
