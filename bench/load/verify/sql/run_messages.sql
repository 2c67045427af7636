-- $1 uuid: the run's ids are greater. $2 text: the mark at their end. $3 integer: at most so many.
select m.id, m.to_number
from public.outbound_messages as m
where m.id > $1
  and right(m.id::text, 6) = $2
order by m.id
limit $3;
