-- $1, $2 uuid: the run's ids lie between them. $3 text: the mark at their end. $4 integer: at most so many.
select m.id, m.to_number
from public.outbound_messages as m
where m.id > $1
  and m.id < $2
  and right(m.id::text, 6) = $3
order by m.id
limit $4;
