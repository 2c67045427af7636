-- The lookup of a send by itself, as the check does it: what a bench explains where it cannot see into the trigger.
-- $1 text: the number
set local enable_seqscan = off;

prepare optout_lab_lookup (text) as
select
from public.blocked_contacts as b
where public.phone_number(b.phone) operator(pg_catalog.=) public.phone_number($1);
