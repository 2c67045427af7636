insert into public.delivery_reports (message_id, event_type, error_code)
values ($1, $2, $3)
