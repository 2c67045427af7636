-- Read before and after each slice; PostgreSQL 15 and 16, whose checkpoints are counted elsewhere.
select
  (pg_current_wal_insert_lsn() - '0/0')::numeric as "walBytes",
  (select wal_records from pg_stat_wal) as "walRecords",
  (select wal_fpi from pg_stat_wal) as "fullPageImages",
  (select checkpoints_timed + checkpoints_req from pg_stat_bgwriter) as checkpoints,
  (
    select coalesce(sum(autovacuum_count + autoanalyze_count), 0)
    from pg_stat_user_tables
    where schemaname = 'public'
  ) as autovacuums;
