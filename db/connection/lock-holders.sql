-- Who has the locks that a session waits for, or waits for them before it; one row for each.
-- $1 integer: the process of the session that waits, or null; $2 text: or the sessions of an application
with waiting as (
  select a.pid
  from pg_catalog.pg_stat_activity as a
  where a.datname = current_database()
    and a.wait_event_type = 'Lock'
    and (a.pid = $1::integer or a.application_name = $2::text)
),
blocking as (
  select distinct b.pid
  from waiting as w
  cross join lateral unnest(pg_blocking_pids(w.pid)) as b (pid)
),
prepared as (
  -- A prepared transaction is nobody's process: pg_blocking_pids() says 0. Which of the locks without a
  -- process are its own is told by the one that it has on its own xid.
  select distinct p.gid, p.prepared, p.owner
  from waiting as w
  join pg_catalog.pg_locks as wanted on wanted.pid = w.pid and not wanted.granted
  join pg_catalog.pg_locks as held
    on held.pid is null
    and held.granted
    and held.locktype = wanted.locktype
    and held.database is not distinct from wanted.database
    and held.relation is not distinct from wanted.relation
    and held.classid is not distinct from wanted.classid
    and held.objid is not distinct from wanted.objid
    and held.transactionid is not distinct from wanted.transactionid
  join pg_catalog.pg_locks as itself
    on itself.pid is null
    and itself.locktype = 'transactionid'
    and itself.virtualtransaction = held.virtualtransaction
  join pg_catalog.pg_prepared_xacts as p on p.transaction = itself.transactionid
  where exists (select from blocking as b where b.pid = 0)
)
select
  b.pid,
  null as gid,
  a.application_name as application,
  a.usename as role,
  a.backend_type as kind,
  a.state,
  to_char(coalesce(a.xact_start, a.state_change), 'YYYY-MM-DD HH24:MI:SS TZ') as since,
  left(regexp_replace(a.query, '\s+', ' ', 'g'), 120) as doing,
  (extract(epoch from current_setting('deadlock_timeout')::interval) * 1000)::integer as "deadlockMs"
from blocking as b
join pg_catalog.pg_stat_activity as a on a.pid = b.pid
union all
select
  null,
  p.gid,
  null,
  p.owner,
  'prepared transaction',
  'prepared',
  to_char(p.prepared, 'YYYY-MM-DD HH24:MI:SS TZ'),
  null,
  (extract(epoch from current_setting('deadlock_timeout')::interval) * 1000)::integer
from prepared as p
order by since;
