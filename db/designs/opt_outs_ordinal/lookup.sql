-- The lookup of a send by itself, as the check does it: what a bench explains where it cannot see into the trigger.
-- $1 text: the number
set local enable_seqscan = off;

prepare optout_lab_lookup (text) as
select
from public.opt_outs as o
where o.phone operator(pg_catalog.=) $1
order by o.ordinal
offset public.opt_out_block_threshold() operator(pg_catalog.-) 1
limit 1;
