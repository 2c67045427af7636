-- This session's process, the folder of the server's programs, and its version as those print it.
select
  pg_catalog.pg_backend_pid() as pid,
  (select c.setting from pg_catalog.pg_config as c where c.name = 'BINDIR') as folder,
  '(PostgreSQL) ' || pg_catalog.current_setting('server_version') as version;
