-- Of the numbers $1, those with an opt-out whose ordinal only who blocks may take, and without a block. The
-- collation is said because a design may give blocked_contacts another one.
select distinct o.phone
from public.opt_outs as o
where o.phone = any ($1)
  and o.ordinal >= public.opt_out_block_threshold()
  and not exists (
    select
    from public.blocked_contacts as b
    where b.phone collate "C" = o.phone
  );
