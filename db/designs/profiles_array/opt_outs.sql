-- $1 text: a phone; the profiles that it opted out of, in the order in which they were recorded
select listed.profile_id
from public.contact_profiles as c
cross join unnest(c.profile_ids) with ordinality as listed (profile_id, place)
where c.phone = $1
order by listed.place;
