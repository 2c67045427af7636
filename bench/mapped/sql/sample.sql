-- Messages of some pages, and what is known of their numbers.
with sampled as materialized (
  select
    "{m.reference}" as reference,
    "{m.number}" as phone,
    "{m.sender}" as profile_id
  from "{messages}" as m tablesample system ("{percent}") repeatable ("{seed}")
  where "{m.reference}" is not null
    and "{m.number}" is not null
    and "{m.sender}" is not null
)
select
  s.reference::text as reference,
  s.phone,
  s.profile_id::text as sender,
  exists (
    select
    from "{schema}".blocked_contacts as b
    where b.phone = s.phone
  ) as "isBlocked",
  (
    select count(*)::integer
    from "{schema}".opt_outs as o
    where o.phone = s.phone
  ) as "optOuts",
  exists (
    select
    from "{schema}".opt_outs as o
    where o.phone = s.phone
      and o.profile_id = s.profile_id
  ) as "hasOptedOut"
from sampled as s;
