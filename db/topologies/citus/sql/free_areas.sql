-- Area codes in whose exchange 555 nobody has opted out and nobody is blocked: one look at each shard.
select a.area::integer as area
from generate_series(200, 999) as a (area)
except
select taken.area
from (
  select distinct substr(o.phone, 3, 3)::integer as area
  from public.opt_outs as o
  where o.phone ~ '^\+1\d{3}555'
) as taken
except
select taken.area
from (
  select distinct substr(b.phone, 3, 3)::integer as area
  from public.blocked_contacts as b
  where b.phone ~ '^\+1\d{3}555'
) as taken
order by area;
