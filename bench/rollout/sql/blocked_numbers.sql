-- Numbers that the history blocks, at most $1.
select phone
from public.blocked_contacts
limit $1
