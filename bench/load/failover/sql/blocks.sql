select b.phone::text as phone
from public.blocked_contacts as b
order by b.phone;
