-- Many messages by COPY, in text format.
copy outbound_messages (profile_id, to_number, body) from stdin;
