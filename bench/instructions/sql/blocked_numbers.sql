-- Blocked numbers, each with three opt-outs, as if their reports had been deleted since. Every design derives
-- what it keeps from these. In the order of the numbers, so that the indexes are as full as can be.
-- $1 integer: how many
with numbers as (
  select '+1' || (3000000000 + 13 * i) as phone
  from pg_catalog.generate_series(1, $1::bigint) as i
), opted_out as (
  insert into public.opt_outs (phone, profile_id, ordinal)
  select n.phone, ('00000000-0000-7000-8000-' || pg_catalog.lpad(o::text, 12, '0'))::uuid, o
  from numbers as n
  cross join pg_catalog.generate_series(1, 3) as o
  order by n.phone, o
)
insert into public.blocked_contacts (phone)
select n.phone
from numbers as n
order by n.phone;
