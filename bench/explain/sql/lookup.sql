-- The lookup of a send by itself, for every design that has no lookup.sql of its own: a probe of blocked_contacts.
-- $1 text: the number
set local enable_seqscan = off;

prepare optout_lab_lookup (text) as
select
from public.blocked_contacts as b
where b.phone operator(pg_catalog.=) $1;
