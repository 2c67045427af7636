-- pg_stat_statements of this database, one row for each text.
select
  min(s.query) as name,
  jsonb_build_object(
    'calls', sum(s.calls),
    'rows', sum(s.rows),
    'total_exec_ms', sum(s.total_exec_time),
    'shared_blks_hit', sum(s.shared_blks_hit),
    'shared_blks_read', sum(s.shared_blks_read),
    'shared_blks_dirtied', sum(s.shared_blks_dirtied),
    'wal_records', sum(s.wal_records),
    'wal_fpi', sum(s.wal_fpi),
    'wal_bytes', sum(s.wal_bytes)
  ) as counters
from pg_stat_statements as s
where s.dbid = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
group by s.queryid;
