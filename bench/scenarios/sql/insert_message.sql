-- One message. $1 uuid: profile, $2 text: number, $3 text: body
insert into outbound_messages (profile_id, to_number, body)
values ($1, $2, $3);
