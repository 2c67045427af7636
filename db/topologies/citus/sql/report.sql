insert into delivery_reports (id, message_id, event_type, error_code, to_number)
values ($1, $2, $3, $4, $5)
