-- $1 uuid: a message. $2 text: the code that says its recipient has opted out.
insert into public.delivery_reports (message_id, event_type, error_code)
values ($1, 'failed', $2::integer);
