-- What the role of this session is and may do. One row.
select
  pg_catalog.current_setting('server_version') as version,
  current_user as role,
  r.rolsuper as superuser,
  -- one that is there already must be this role's to grant; before 16 whoever creates roles grants them all
  r.rolsuper
    or case
      when pg_catalog.to_regrole('optout_lab_app') is null
        or pg_catalog.current_setting('server_version_num')::integer < 160000
      then r.rolcreaterole
      else pg_catalog.pg_has_role(
        current_user,
        pg_catalog.to_regrole('optout_lab_app'),
        'member with admin option'
      )
    end as "create a role",
  r.rolsuper or r.rolcreatedb as "create databases",
  pg_catalog.pg_has_role(current_user, 'pg_checkpoint', 'usage') as "checkpoint",
  pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'usage') as "see all sessions",
  pg_catalog.has_table_privilege('pg_catalog.pg_config', 'select')
    and pg_catalog.has_function_privilege('pg_catalog.pg_config()', 'execute') as "see the build",
  pg_catalog.current_setting('wal_level') = 'minimal' as "wal_level = minimal",
  pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_wal_size')) >= 4294967296
    as "max_wal_size of 4 GB"
from pg_catalog.pg_roles as r
where r.rolname = current_user;
