-- One delivery report. $1 uuid: message, $2 integer: error code, $3 text: the message's number
insert into delivery_reports (message_id, to_number, event_type, error_code)
values ($1, $3, 'failed', $2);
