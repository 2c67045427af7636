-- All opt-outs and all blocks of the default design.
select o.count as opt_outs, b.count as blocked
from (select count(*) from public.opt_outs) as o
cross join (select count(*) from public.blocked_contacts) as b;
