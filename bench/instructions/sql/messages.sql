-- Messages that reports are about. $1 uuid[]: their ids, $2 uuid[]: profiles, $3 text[]: numbers, $4 text: body
insert into public.outbound_messages (id, profile_id, to_number, body)
select m.id, m.profile_id, m.to_number, $4
from unnest($1::uuid[], $2::uuid[], $3::text[]) as m (id, profile_id, to_number);
