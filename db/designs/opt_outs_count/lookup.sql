-- The lookup of a send by itself, as the check does it: what a bench explains where it cannot see into the trigger.
-- $1 text: the number
set local enable_seqscan = off;

prepare optout_lab_lookup (text) as
select pg_catalog.count(o.profile_id)
from public.opt_outs as o
where o.phone operator(pg_catalog.=) $1;
