-- $1, $2 uuid: the run's ids lie between them. $3 text: the mark at their end. $4 integer: at most so many.
select r.id
from public.delivery_reports as r
where r.id > $1
  and r.id < $2
  and right(r.id::text, 6) = $3
order by r.id
limit $4;
