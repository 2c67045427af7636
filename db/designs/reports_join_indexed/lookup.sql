-- The lookup of a send by itself, as the check does it: what a bench explains where it cannot see into the trigger.
-- $1 text: the number
set local enable_seqscan = off;

prepare optout_lab_lookup (text) as
select pg_catalog.count(*)
from (
  select m.profile_id
  from public.outbound_messages as m
  where m.to_number operator(pg_catalog.=) $1
    and m.profile_id is not null
    and exists (
      select
      from public.delivery_reports as r
      where r.message_id operator(pg_catalog.=) m.id
        and r.event_type operator(pg_catalog.=) 'failed'
        and r.error_code operator(pg_catalog.=) 21610
        and (
          not exists (
            select
            from public.opt_ins as i
            where i.phone operator(pg_catalog.=) $1
          )
          or public.is_covered(m.to_number, m.profile_id, r.id::pg_catalog.text) is false
        )
      offset 0
    )
  union
  select u.profile_id
  from public.unreported_opt_outs as u
  where u.phone operator(pg_catalog.=) $1
) as profiles;
