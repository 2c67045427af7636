-- What the reports say, against what opt_outs and blocked_contacts hold. Every 21610 must have its
-- opt-out, every opt-out a 21610; a phone's ordinals count up from 1; and a phone is blocked when it has
-- the ordinal that the threshold names. A 21610 that an opt-in covers needs none, and where a contact opted
-- in, ordinals may be missing: its opt-outs are counted. The collation is named, because a design may have
-- changed a column's. Nothing is sorted: all joins hash, and their scans are shared among parallel workers.
select
  sum((o.phone is null)::integer) as reports_without_opt_out,
  sum((r.phone is null)::integer) as opt_outs_without_report,
  (
    select count(*)
    from public.opt_outs as later
    where later.ordinal > 1
      and not exists (
        select
        from public.opt_outs as earlier
        where earlier.phone = later.phone
          and earlier.ordinal = later.ordinal - 1
      )
      and later.phone not in (select i.phone from public.opt_ins as i)
  ) as ordinals_without_predecessor,
  (
    select count(*)
    from (
      select last.phone
      from public.opt_outs as last
      where last.ordinal = public.opt_out_block_threshold()
        and last.phone not in (select i.phone from public.opt_ins as i)
      union all
      select o.phone
      from public.opt_outs as o
      where o.phone in (select i.phone from public.opt_ins as i)
      group by o.phone
      having count(*) >= public.opt_out_block_threshold()
    ) as enough
    full join public.blocked_contacts as b on b.phone collate "C" = enough.phone collate "C"
    where b.phone is null
      or enough.phone is null
  ) as wrong_blocked_contacts
from (
  select m.to_number as phone, m.profile_id, d.id
  from public.delivery_reports as d
  join public.outbound_messages as m on m.id = d.message_id
  where d.event_type = 'failed'
    and d.error_code = 21610
    and m.profile_id is not null
) as r
full join public.opt_outs as o on o.phone = r.phone and o.profile_id = r.profile_id
where r.phone is null
  or o.phone is null
    and public.is_covered(r.phone, r.profile_id, r.id::text) is false;
