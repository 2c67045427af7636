insert into outbound_messages (id, profile_id, to_number, body)
values ($1, $2, $3, $4)
