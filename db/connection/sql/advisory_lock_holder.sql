-- $1 integer: an advisory lock of this database. The application names of the sessions that hold it.
select a.application_name as application
from pg_catalog.pg_locks as l
join pg_catalog.pg_stat_activity as a on a.pid = l.pid
where l.locktype = 'advisory'
  and l.granted
  and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
  and l.classid = 0
  and l.objid::bigint = $1::bigint
  and l.objsubid = 1;
