-- Everything outside the server's own schemas that a role may be tried on: one row an object, with the
-- statements that need a right to it, each by the right's name; a function is not called, but asked about.
with
schemas as (
  select n.oid, n.nspname
  from pg_catalog.pg_namespace as n
  where n.nspname !~ '^pg_'
    and n.nspname not in ('information_schema', 'attacker')
),
relations as (
  select
    c.oid,
    c.relkind,
    format('%I.%I', s.nspname, c.relname) as name,
    a.attname
  from pg_catalog.pg_class as c
  join schemas as s on s.oid = c.relnamespace
  left join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
),
tables as (
  select distinct on (r.oid) r.oid, r.name, r.attname
  from relations as r
  where r.relkind <> 'S'
  order by r.oid, r.attname
),
tried as (
  select t.name as object, p.privilege, format(p.statement, t.name, t.attname) as statement
  from tables as t
  cross join (values
    ('insert', 'insert into %1$s default values'),
    ('update', 'update %1$s set %2$I = default where false'),
    ('delete', 'delete from %1$s where false'),
    ('truncate', 'truncate %1$s'),
    ('lock', 'lock table %1$s in access exclusive mode'),
    ('trigger', 'create trigger tried before truncate on %1$s execute function pg_catalog.suppress_redundant_updates_trigger()')
  ) as p (privilege, statement)
  union all
  select r.name, format('select (%s)', r.attname), format('select %I from %s limit 0', r.attname, r.name)
  from relations as r
  where r.relkind <> 'S'
  union all
  select distinct r.name, s.privilege, format(s.statement, r.name)
  from relations as r
  cross join (values
    ('usage', 'select nextval(''%s'')'),
    ('select', 'select last_value from %s'),
    ('update', 'select setval(''%s'', 1)')
  ) as s (privilege, statement)
  where r.relkind = 'S'
  union all
  select
    f.oid::regprocedure::text,
    'execute',
    format('select has_function_privilege(%s::oid, %L) as may', f.oid, 'execute')
  from pg_catalog.pg_proc as f
  join schemas as s on s.oid = f.pronamespace
)
select object, privilege, statement
from tried
order by object collate "C", privilege collate "C";
