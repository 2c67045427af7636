-- What the reports say, against what opt_outs holds: every 21610 must have its opt-out, every opt-out a
-- 21610. Joined by the phone, so that each shard answers by itself.
select
  coalesce(sum((o.phone is null)::integer), 0) as reports_without_opt_out,
  coalesce(sum((r.phone is null)::integer), 0) as opt_outs_without_report
from (
  select m.to_number as phone, m.profile_id
  from public.delivery_reports as d
  join public.outbound_messages as m on m.to_number = d.to_number and m.id = d.message_id
  where d.event_type = 'failed'
    and d.error_code = 21610
    and m.profile_id is not null
) as r
full join public.opt_outs as o on o.phone = r.phone and o.profile_id = r.profile_id
where o.phone is null
  or r.phone is null;
