-- Many messages in one statement. $1 uuid[]: profiles, $2 text[]: numbers, $3 text: body
insert into outbound_messages (profile_id, to_number, body)
select
  drawn.profile_id,
  drawn.to_number,
  $3
from unnest($1::uuid[], $2::text[]) as drawn (profile_id, to_number);
