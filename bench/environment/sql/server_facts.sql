select
  version() as version,
  current_setting('server_version_num')::integer as "versionNumber",
  pg_encoding_to_char(encoding) as encoding,
  datcollate as collation,
  pg_database_size(oid) as "databaseSizeBytes"
from pg_database
where datname = current_database();
