-- Lookups as the trigger does them, one after another. $1: phones.
select count(*) as hits
from unnest($1::text[]) as p (phone)
where optout_lab_scaling.is_in_blocked_0(p.phone);
