-- $1 text: a phone. A message from some profile.
insert into outbound_messages (profile_id, to_number, body)
select p.id, $1, 'after the failover'
from profiles as p
limit 1;
