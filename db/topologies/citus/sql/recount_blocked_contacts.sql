-- A phone must be blocked when it has the ordinal that the threshold names, and only then.
select count(*) as wrong_blocked_contacts
from (
  select last.phone
  from public.opt_outs as last
  where last.ordinal = public.opt_out_block_threshold()
) as enough
full join public.blocked_contacts as b on b.phone = enough.phone
where b.phone is null
  or enough.phone is null;
