-- Area codes in whose exchange 555 nobody has opted out and nobody is blocked.
select a.area::integer as area
from generate_series(200, 999) as a (area)
where not exists (
    select
    from public.opt_outs as o
    where o.phone >= '+1' || a.area || '555'
      and o.phone < '+1' || a.area || '556'
  )
  and not exists (
    select
    from public.blocked_contacts as b
    where b.phone >= '+1' || a.area || '555'
      and b.phone < '+1' || a.area || '556'
  )
order by a.area;
