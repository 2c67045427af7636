-- $1 uuid[]: reports; whose messages they are about.
select distinct
  m.to_number::text as phone,
  m.profile_id as "profileId"
from public.delivery_reports as r
join public.outbound_messages as m on m.id = r.message_id
where r.id = any ($1)
