-- $1 text[]: those of these phones that are blocked.
select b.phone
from public.blocked_contacts as b
where b.phone = any ($1);
