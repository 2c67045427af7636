-- What this session runs with that is not the default. Secrets and paths of the machine are left out,
-- and where the tables lie.
select
  name,
  setting as value,
  coalesce(unit, '') as unit,
  source
from pg_settings
where source not in ('default', 'client')
  and setting is distinct from boot_val
  and name not in ('config_file', 'data_directory', 'hba_file', 'ident_file', 'external_pid_file',
    'unix_socket_directories', 'ssl_key_file', 'ssl_cert_file', 'ssl_ca_file', 'primary_conninfo',
    'archive_command', 'restore_command', 'application_name', 'search_path')
order by name;
