-- Rows of schema public that are dead and still there, as the server counts them.
select coalesce(sum(s.n_dead_tup), 0) as dead
from pg_catalog.pg_stat_user_tables as s
where s.schemaname = 'public';
