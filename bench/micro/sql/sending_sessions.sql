-- The server's process ids of an application's sessions in this database that send messages, or have just done so.
-- $1 text: its name
select a.pid
from pg_catalog.pg_stat_activity as a
where a.datname = current_database()
  and a.application_name = $1
  and a.query like 'insert into outbound_messages %';
