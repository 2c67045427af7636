-- $1 uuid: the run's ids are greater. $2 text: the mark at their end. $3 integer: at most so many.
select r.id
from public.delivery_reports as r
where r.id > $1
  and right(r.id::text, 6) = $2
order by r.id
limit $3;
