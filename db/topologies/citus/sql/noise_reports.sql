-- Reports that must not count. $1 uuid: message, $2 text: its number
insert into delivery_reports (message_id, to_number, event_type, error_code)
values
  ($1, $2, 'failed', 30007),
  ($1, $2, 'delivered', 21610),
  ($1, $2, 'failed', null);
