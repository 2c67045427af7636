-- Many messages by COPY, in text format, their ids made by the client.
copy outbound_messages (id, profile_id, to_number, body) from stdin;
