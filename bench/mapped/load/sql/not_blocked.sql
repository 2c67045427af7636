-- Numbers that are not blocked. $1 text[]: those that are asked for.
select count(*)::integer as faults
from unnest($1::text[]) as asked (phone)
where not exists (
    select
    from "{schema}".blocked_contacts as b
    where b.phone = asked.phone
  )
