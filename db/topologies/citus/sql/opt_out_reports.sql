-- A 21610 for each message. $1 uuid[]: messages, $2 text[]: their numbers
insert into delivery_reports (message_id, to_number, event_type, error_code)
select
  reported.message_id,
  reported.to_number,
  'failed',
  21610
from unnest($1::uuid[], $2::text[]) as reported (message_id, to_number);
