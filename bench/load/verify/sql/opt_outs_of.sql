-- $1 text[]: the opt-outs of these phones.
select o.phone, o.profile_id
from public.opt_outs as o
where o.phone = any ($1);
