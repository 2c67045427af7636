-- $1 uuid: a row by its id. Where it is there, the WAL record makes this a commit that waits for a
-- synchronous standby, and with it all commits before: what is found is not lost in a failover.
select pg_logical_emit_message(true, 'optout_lab', 'found')
from outbound_messages
where id = $1
