-- What was made beside the messages and reports: its size and its dead rows, and where the WAL ends.
select
  coalesce(sum(pg_catalog.pg_total_relation_size(c.oid)), 0)::bigint as "sizeBytes",
  coalesce(sum(s.n_dead_tup), 0)::bigint as "deadRows",
  pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0')::bigint as "walBytes"
from pg_catalog.pg_class as c
left join pg_catalog.pg_stat_user_tables as s on s.relid = c.oid
where c.relkind = 'r'
  and c.relname in ('opt_outs', 'blocked_contacts')
  and c.relnamespace = 'public'::regnamespace
