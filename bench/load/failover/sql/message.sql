-- $1 text: a phone. A message to it from a new profile.
with made as (
  insert into public.profiles (name)
  values ('before the failover')
  returning id
)
insert into public.outbound_messages (profile_id, to_number, body)
select m.id, $1, 'before the failover'
from made as m
returning id;
