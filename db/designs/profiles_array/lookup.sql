-- The lookup of a send by itself, as the check does it: what a bench explains where it cannot see into the trigger.
-- $1 text: the number
set local enable_seqscan = off;

prepare optout_lab_lookup (text) as
select
from public.contact_profiles as c
where c.phone operator(pg_catalog.=) $1
  and pg_catalog.cardinality(c.profile_ids) operator(pg_catalog.>=) public.opt_out_block_threshold();
