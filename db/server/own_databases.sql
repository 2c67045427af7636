-- The databases with a comment, and their sizes where this role may know them. $1 text: the comment.
select
  d.datname as name,
  case
    when pg_catalog.has_database_privilege(d.oid, 'connect') then pg_catalog.pg_database_size(d.oid)
  end as bytes
from pg_catalog.pg_database as d
where pg_catalog.shobj_description(d.oid, 'pg_database') = $1
order by d.datname;
