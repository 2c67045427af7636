select from outbound_messages where id = $1
