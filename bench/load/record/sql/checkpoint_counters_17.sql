select jsonb_build_object(
  'timed', c.num_timed,
  'requested', c.num_requested,
  'buffers_written', c.buffers_written,
  'write_time', c.write_time,
  'sync_time', c.sync_time
) as counters
from pg_catalog.pg_stat_checkpointer as c;
