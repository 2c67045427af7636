-- Puts back how many profiles block a number: $1 integer, or null where that is not known.
select s.blocked, s.unblocked
from (
  select $1::integer as threshold
) as wanted
cross join lateral public.set_opt_out_block_threshold(wanted.threshold) as s
where wanted.threshold <> public.opt_out_block_threshold();
