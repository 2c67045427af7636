-- What the server is doing at this moment. $1: what the application names of the load's sessions begin with.
-- One row: active sessions, what they wait for, vacuums, whether a checkpoint runs, WAL position.
with sessions as (
  select
    a.backend_type,
    a.application_name,
    a.state,
    a.query,
    a.wait_event_type,
    coalesce(a.wait_event_type || ':' || a.wait_event, 'CPU') as wait
  from pg_catalog.pg_stat_activity as a
  where a.datid = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
    or a.backend_type in ('checkpointer', 'autovacuum worker')
),
waits as (
  select s.wait, count(*) as sessions
  from sessions as s
  where starts_with(s.application_name, $1)
    and s.state = 'active'
  group by s.wait
)
select
  (select coalesce(jsonb_object_agg(w.wait, w.sessions), '{}') from waits as w) as waits,
  (
    select coalesce(jsonb_agg(coalesce(s.query, 'autovacuum') order by s.query), '[]')
    from sessions as s
    where s.backend_type = 'autovacuum worker'
  ) as autovacuums,
  exists (
    select
    from sessions as s
    where s.backend_type = 'checkpointer'
      and s.wait_event_type is distinct from 'Activity'
  ) as checkpointing,
  pg_catalog.pg_current_wal_insert_lsn() - '0/0'::pg_lsn as wal_bytes;
