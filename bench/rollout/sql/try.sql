insert into public.outbound_messages (profile_id, to_number, body)
select id, $1, 'must be refused'
from public.profiles
limit 1
