-- Tables of schema public and their indexes: what they take on disk, rows as the planner knows them.
select
  relation.relname as name,
  case when relation.relkind in ('i', 'I') then 'index' else 'table' end as kind,
  coalesce(indexed.relname, relation.relname) as "table",
  pg_total_relation_size(relation.oid)
    - case when relation.relkind in ('i', 'I') then 0 else pg_indexes_size(relation.oid) end
    as "sizeBytes",
  greatest(relation.reltuples, 0) as rows
from pg_class as relation
left join pg_index as link on link.indexrelid = relation.oid
left join pg_class as indexed on indexed.oid = link.indrelid
where relation.relnamespace = 'public'::regnamespace
  and relation.relkind in ('r', 'p', 'm', 'i', 'I')
order by "table", kind desc, name;
