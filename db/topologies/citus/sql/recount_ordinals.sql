-- A phone's ordinals must count up from 1.
select count(*) as ordinals_without_predecessor
from public.opt_outs as later
where later.ordinal > 1
  and not exists (
    select
    from public.opt_outs as earlier
    where earlier.phone = later.phone
      and earlier.ordinal = later.ordinal - 1
  );
