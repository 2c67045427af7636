-- A 21610 for each message. $1 uuid[]: messages
insert into delivery_reports (message_id, event_type, error_code)
select
  message_id,
  'failed',
  21610
from unnest($1::uuid[]) as message_id;
