select
  version() as version,
  current_setting('server_version_num')::integer as "versionNumber",
  pg_encoding_to_char(encoding) as encoding,
  datcollate as collation,
  pg_database_size(oid) as "databaseSizeBytes",
  -- from 17 on the server says what came of "try"
  coalesce(
    current_setting('huge_pages_status', true),
    nullif(current_setting('huge_pages'), 'try')
  ) as "hugePages"
from pg_database
where datname = current_database();
