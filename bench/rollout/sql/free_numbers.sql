-- Numbers that have messages and are not blocked: whom the traffic texts, at most $1, from the first messages.
select distinct m.to_number as phone
from (
  select to_number
  from public.outbound_messages
  limit 4 * $1::bigint
) as m
where not exists (
    select
    from public.blocked_contacts as b
    where b.phone = m.to_number
  )
limit $1
