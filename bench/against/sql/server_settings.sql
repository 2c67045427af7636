-- Every setting that somebody may have chosen, with its unit: those of the server, not of this session.
-- Without secrets and without where files lie.
select
  s.name,
  current_setting(s.name) as value
from pg_settings as s
where (s.context <> 'internal' or s.name = 'data_checksums')
  and s.source not in ('client', 'session')
  and s.name !~ '(_file|_path|_directory|_directories|_command|_conninfo)$'
  and s.name not in ('listen_addresses', 'port', 'krb_server_keyfile', 'log_filename')
order by s.name;
