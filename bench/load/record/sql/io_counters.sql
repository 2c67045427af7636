-- PostgreSQL 16 and later. Columns differ between versions: whatever is a number is counted.
select
  concat_ws(' / ', i.backend_type, i.object, i.context) as name,
  to_jsonb(i) - 'backend_type' - 'object' - 'context' - 'op_bytes' - 'stats_reset' as counters
from pg_catalog.pg_stat_io as i;
