select to_jsonb(w) as counters
from pg_catalog.pg_stat_wal as w;
