-- The lookup of a send by itself, as the check does it: what a bench explains where it cannot see into the trigger.
-- $1 text: the number
prepare optout_lab_lookup (text) as
select pg_catalog.count(*)
from (
  select m.profile_id
  from public.outbound_messages as m
  join public.delivery_reports as r on r.message_id = m.id
  where m.to_number = $1
    and m.profile_id is not null
    and r.event_type = 'failed'
    and r.error_code = 21610
    and (
      not exists (
        select
        from public.opt_ins as i
        where i.phone = $1
      )
      or public.is_covered(m.to_number, m.profile_id, r.id::text) is false
    )
  union
  select u.profile_id
  from public.unreported_opt_outs as u
  where u.phone = $1
) as profiles;
