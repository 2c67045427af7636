-- $1 integer: how many profiles block a number from now on.
select s.blocked, s.unblocked
from public.set_opt_out_block_threshold($1) as s;
