-- What a schema over these tables meets: one line a row, and whether it stops here. Reads the catalog only.
with
named as (
  select n.use, n.relation, to_regclass(n.relation) as oid, n.partitions
  from jsonb_to_recordset('{tables}') as n (use text, relation text, partitions text[])
),
tables as (
  select n.use, n.relation, n.partitions, c.oid, c.relkind, c.relowner, c.relispartition, c.relforcerowsecurity,
    c.relpersistence
  from named as n
  join pg_class as c on c.oid = n.oid
),
needed as (
  select k.use, k.name, k.types, k.is_looked_up
  from jsonb_to_recordset('{columns}') as k (use text, name text, types text[], is_looked_up boolean)
),
columns as (
  select t.oid, t.relation, k.name, k.types, k.is_looked_up, a.attnum, a.attgenerated, a.attcollation,
    case when y.typtype = 'e' then 'enum' else format_type(y.oid, null) end as type
  from tables as t
  join needed as k on k.use = t.use
  left join pg_attribute as a on a.attrelid = t.oid and a.attname = k.name and a.attnum > 0 and not a.attisdropped
  left join pg_type as d on d.oid = a.atttypid
  left join pg_type as y on y.oid = case when d.typtype = 'd' then d.typbasetype else d.oid end
  where t.relkind in ('r', 'p')
),
leaves as (
  select t.use, t.relation, t.partitions, c.oid, c.relkind, p.level
  from tables as t
  cross join lateral pg_partition_tree(t.oid) as p
  join pg_class as c on c.oid = p.relid
  where t.relkind = 'p'
    and p.isleaf
),
is_adopted as (
  select
    obj_description(n.oid, 'pg_namespace') is not distinct from '{adoption}' as by_this_mapping,
    obj_description(n.oid, 'pg_namespace') as description
  from (select to_regnamespace('opt_out_adoption') as oid) as n
  where n.oid is not null
),
found as (
  select format('there is no table %s', n.relation) as line, true as stops
  from named as n
  where n.oid is null
  union all
  select
    format('%s is %s: rows are checked where they are stored, in a table', t.relation,
      case t.relkind
        when 'v' then 'a view'
        when 'm' then 'a materialized view'
        when 'f' then 'a foreign table'
        else 'no table'
      end),
    true
  from tables as t
  where t.relkind not in ('r', 'p')
  union all
  select '{statement trigger of partitions}', true
  from tables as t
  where t.use = 'messages'
    and t.relkind = 'p'
    and '{level}' = 'statement'
  union all
  select format('%s is a partition: name its parent', t.relation), true
  from tables as t
  where t.relispartition
  union all
  select format('%s has a foreign table among its partitions: %s', l.relation, l.oid::regclass), true
  from leaves as l
  where l.relkind = 'f'
  union all
  select format('%s has tables that inherit from it: triggers are not inherited', t.relation), true
  from tables as t
  where t.relkind = 'r'
    and exists (select from pg_inherits as i where i.inhparent = t.oid)
  union all
  select format('%s has no primary key', t.relation), true
  from tables as t
  where t.relkind in ('r', 'p')
    and not exists (select from pg_constraint as k where k.conrelid = t.oid and k.contype = 'p')
  union all
  select format('%s has no column %s', c.relation, c.name), true
  from columns as c
  where c.attnum is null
  union all
  select
    format('column %s of %s is %s, and the mapping needs %s', c.name, c.relation, c.type,
      array_to_string(c.types, ' or ')),
    true
  from columns as c
  where c.type <> all (c.types)
  union all
  select format('column %s of %s is generated: a trigger before the row sees it empty', c.name, c.relation), true
  from columns as c
  where c.attgenerated <> ''
  union all
  select format('no index of %s begins with %s: every report would read the whole table', c.relation, c.name), true
  from columns as c
  where c.is_looked_up
    and c.attnum is not null
    and not exists (
      select
      from pg_index as i
      where i.indrelid = c.oid
        and i.indisvalid
        and i.indpred is null
        and i.indkey[0] = c.attnum
    )
  union all
  select
    format('only the owner of %s may do this: %s, not %s', t.relation, t.relowner::regrole, current_user),
    true
  from tables as t
  where t.relkind in ('r', 'p')
    and not pg_has_role(current_user, t.relowner, 'usage')
  union all
  select format('%s forces row-level security on its owner, from whom rows would be hidden', t.relation), true
  from tables as t
  where t.relforcerowsecurity
  union all
  select format('%s is temporary', t.relation), true
  from tables as t
  where t.relpersistence = 't'
  union all
  select format('%s is partitioned, and the mapping does not name its partitions', t.relation), true
  from tables as t
  where t.use = 'reports'
    and t.relkind = 'p'
    and t.partitions is null
  union all
  select format('the mapping names partitions of %s, which is not partitioned', t.relation), true
  from tables as t
  where t.use = 'reports'
    and t.relkind = 'r'
    and t.partitions is not null
  union all
  select format('%s is partitioned in more than one level', l.relation), true
  from leaves as l
  where l.use = 'reports'
    and l.level > 1
  union all
  select format('the mapping does not name the partition %s of %s', l.oid::regclass, l.relation), true
  from leaves as l
  where l.use = 'reports'
    and l.oid not in (select p.name::regclass from unnest(l.partitions) as p (name) where to_regclass(p.name) is not null)
  union all
  select format('%s has no partition %s', t.relation, p.name), true
  from tables as t
  cross join lateral unnest(t.partitions) as p (name)
  where t.relkind = 'p'
    and not exists (select from leaves as l where l.oid = to_regclass(p.name))
  union all
  select format('this database has adopted the schema already: %s', a.description), true
  from is_adopted as a
  where not a.by_this_mapping
  union all
  select format('there is %s already, which is not of this mapping', o.name), true
  from (
    select format('%s.%s', n.nspname, c.relname) as name
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = '{schema name}'
      and c.relname in ('opt_outs', 'blocked_contacts', 'opt_ins')
    union all
    select format('a function %s.%s', n.nspname, f.proname)
    from pg_proc as f
    join pg_namespace as n on n.oid = f.pronamespace
    where n.nspname = '{schema name}'
      and f.proname = any ('{function names}')
    union all
    select format('a trigger %s on %s', g.tgname, t.relation)
    from tables as t
    join pg_trigger as g on g.tgrelid = t.oid
    where g.tgname = any ('{trigger names}')
  ) as o
  where not exists (select from is_adopted)
  union all
  select format('role %s may not create schemas in this database', current_user), true
  where not has_database_privilege(current_database(), 'create')
    and not exists (select from is_adopted)
  union all
  select format('role %s may not create anything in schema %s', current_user, n.nspname), true
  from pg_namespace as n
  where n.nspname = '{schema name}'
    and not has_schema_privilege(n.oid, 'create')
  union all
  select format('there is no role %s', r.name), true
  from jsonb_to_recordset('{roles}') as r (name text)
  where not exists (select from pg_roles as o where o.rolname = r.name)
  union all
  select format('role %s is a superuser or has the rights of the owner of %s: nothing binds it', o.rolname, t.relation), true
  from jsonb_to_recordset('{roles}') as r (name text)
  join pg_roles as o on o.rolname = r.name
  join tables as t on o.rolsuper or pg_has_role(o.oid, t.relowner, 'member')
  union all
  select
    format('note: trigger %s of %s fires after the check: a number that it changes is not checked', g.tgname, t.relation),
    false
  from tables as t
  join pg_trigger as g on g.tgrelid = t.oid
  where t.use = 'messages'
    and not g.tgisinternal
    and (g.tgtype & 3) = 3 -- a row's, before
    and (g.tgtype & '{events checked before}'::integer) <> 0
    and g.tgname > '{refuse insert name}'
    and g.tgname <> all ('{trigger names}')
  union all
  select format('note: %s is not in publication %s: a subscriber would not have it', o.name, p.pubname), false
  from tables as t
  join pg_publication_rel as l on l.prrelid = t.oid
  join pg_publication as p on p.oid = l.prpubid
  cross join (values ('opt_outs'), ('blocked_contacts'), ('opt_ins')) as o (name)
  where not exists (
    select
    from pg_publication_rel as q
    join pg_class as c on c.oid = q.prrelid
    join pg_namespace as n on n.oid = c.relnamespace
    where q.prpubid = p.oid
      and n.nspname = '{schema name}'
      and c.relname = o.name
  )
)
select f.line, f.stops
from found as f
group by f.line, f.stops
order by f.line collate "C"
