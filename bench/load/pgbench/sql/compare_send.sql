insert into outbound_messages (id, profile_id, to_number, body)
values (($1::text || lpad($2::text, 9, '0') || $3::text)::uuid, $4, '+' || $5::text, $6)
