-- Every setting that somebody may have chosen, with its unit. Of what the lab's session has set for itself
-- it is what the session would have by default. Without secrets and without where files lie.
select
  s.name,
  case when s.source = 'session' then s.reset_val else current_setting(s.name) end as value
from pg_settings as s
where (s.context <> 'internal' or s.name = 'data_checksums')
  and s.name !~ '(_file|_path|_directory|_directories|_command|_conninfo)$'
  and s.name not in ('application_name', 'listen_addresses', 'port', 'log_filename')
order by s.name;
