-- Reads some opt-outs with their messages, as the backfill does.
with picked as materialized (
  select "{r.message}" as reference
  from "{reports}" as r
  where "{r.counts}"
  limit 10000
)
select
  count(*)::integer as reports,
  coalesce(avg(octet_length("{m.number}")), 0)::float8 as number_bytes
from picked as p
join "{messages}" as m on "{m.reference}" = p.reference;
