-- Acknowledged messages that are not there as they were sent. $1: their ids, $2: numbers, $3: senders, all text[].
select count(*)::integer as faults
from unnest($1::text[], $2::text[], $3::text[]) as sent (id, phone, sender)
where not exists (
    select
    from "{messages}" as m
    where "{m.id}" = sent.id::"{id type}"
      and "{m.number}" = sent.phone
      and "{m.sender}"::text = sent.sender
  )
