-- How many contacts' opt-outs were taken away by opt-ins.
select count(distinct i.phone)::integer as contacts
from public.opt_ins as i
where i.opt_outs_taken > 0
