-- One delivery report. $1 uuid: message, $2 integer: error code
insert into delivery_reports (message_id, event_type, error_code)
values ($1, 'failed', $2);
