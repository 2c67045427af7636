-- What a single-user session did: bytes of WAL, and pages that it asked the buffer pool for.
select w.wal_bytes, d.blks_hit + d.blks_read as pages
from pg_catalog.pg_stat_wal as w
cross join pg_catalog.pg_stat_database as d
where d.datname = pg_catalog.current_database();
