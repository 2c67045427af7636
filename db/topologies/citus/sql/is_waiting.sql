-- Whether a session of the cluster waits for another one's lock, at whatever node. $1 bigint: its global process id
select exists (
  select
  from citus_lock_waits as w
  where w.waiting_gpid = $1
) as waiting;
