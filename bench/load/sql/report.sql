insert into delivery_reports (id, message_id, event_type, error_code)
values ($1, $2, $3, $4)
