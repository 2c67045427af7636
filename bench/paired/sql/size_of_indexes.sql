-- $1 text[]: names
select coalesce(sum(pg_relation_size(i.name::regclass)), 0) as bytes
from unnest($1::text[]) as i(name);
