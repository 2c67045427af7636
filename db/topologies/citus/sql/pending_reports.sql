-- A failed report without a code for each of these messages. $1 uuid[]: messages, $2 text[]: their numbers
insert into delivery_reports (message_id, to_number, event_type)
select reported.message_id, reported.to_number, 'failed'
from unnest($1::uuid[], $2::text[]) as reported (message_id, to_number)
returning id, message_id;
