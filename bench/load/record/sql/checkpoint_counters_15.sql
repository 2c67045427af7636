-- PostgreSQL 15 and 16 count checkpoints among the background writer's figures.
select jsonb_build_object(
  'timed', b.checkpoints_timed,
  'requested', b.checkpoints_req,
  'buffers_written', b.buffers_checkpoint,
  'write_time', b.checkpoint_write_time,
  'sync_time', b.checkpoint_sync_time
) as counters
from pg_catalog.pg_stat_bgwriter as b;
