-- $1 text: the standby's application name. $2 boolean: whether commits must wait for it.
-- One row: whether it has all that was written, and follows.
select exists (
    select
    from pg_catalog.pg_stat_replication as r
    where r.application_name = $1
      and r.state = 'streaming'
      and r.flush_lsn >= pg_catalog.pg_current_wal_flush_lsn()
      and (not $2 or r.sync_state = 'sync')
  ) as streaming;
