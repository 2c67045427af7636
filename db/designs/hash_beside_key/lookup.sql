-- The lookup of a send by itself, as the check does it: what a bench explains where it cannot see into the trigger.
-- $1 text: the number
set local enable_seqscan = off;

prepare optout_lab_lookup (text) as
select b.ctid
from public.blocked_contacts as b
where b.phone operator(pg_catalog.=) $1;
