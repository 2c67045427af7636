-- What the tables named in $1 and their indexes take on all nodes. Citus' own function: the table itself is an empty shell.
select sum(citus_total_relation_size(t.name::regclass)) as bytes
from unnest($1::text[]) as t(name);
