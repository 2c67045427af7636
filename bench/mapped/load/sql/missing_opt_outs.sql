-- Acknowledged opt-outs that nobody recorded. $1: their numbers, $2: senders, both text[].
select count(*)::integer as faults
from unnest($1::text[], $2::text[]) as reported (phone, sender)
where not exists (
    select
    from "{schema}".opt_outs as o
    where o.phone = reported.phone
      and o.profile_id = reported.sender::"{plain sender type}"
  )
