-- $1 text: a phone; the profiles that it opted out of, in the order in which they were recorded
select o.profile_id
from public.opt_outs as o
where o.phone = $1
order by o.ordinal;
