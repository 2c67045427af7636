-- How far a standby is, and whether that is all that it has received.
select
  pg_catalog.pg_last_wal_replay_lsn()::text as replayed,
  pg_catalog.pg_last_wal_replay_lsn() >= pg_catalog.pg_last_wal_receive_lsn() as complete;
