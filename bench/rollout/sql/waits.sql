-- Who waits for a lock now, for how long, and for whom.
select
  l.pid,
  a.application_name as "application",
  coalesce(l.relation::regclass::text, l.locktype) as "what",
  l.mode,
  extract(epoch from clock_timestamp() - l.waitstart) * 1000 as "waitedMs",
  (
    select string_agg(b.application_name || ': ' || left(regexp_replace(b.query, '\s+', ' ', 'g'), 120), '; ')
    from pg_catalog.pg_stat_activity as b
    where b.pid = any (pg_catalog.pg_blocking_pids(l.pid))
  ) as "heldBy"
from pg_catalog.pg_locks as l
join pg_catalog.pg_stat_activity as a using (pid)
where not l.granted
  and l.waitstart is not null
  and a.datname = current_database()
