-- $1 uuid: a profile. $2 text: a phone. A message that is tried and rolled back.
insert into outbound_messages (profile_id, to_number, body)
values ($1, $2, 'probe');
