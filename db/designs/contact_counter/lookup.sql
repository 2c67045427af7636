-- The lookup of a send by itself, as the check does it: what a bench explains where it cannot see into the trigger.
-- $1 text: the number
set local enable_seqscan = off;

prepare optout_lab_lookup (text) as
select
from public.contact_opt_out_counts as c
where c.phone operator(pg_catalog.=) $1
  and c.profiles operator(pg_catalog.>=) public.opt_out_block_threshold();
