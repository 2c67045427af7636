select o.phone, o.profile_id as "profileId"
from public.opt_outs as o
order by o.phone, o.profile_id;
