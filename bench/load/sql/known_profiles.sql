-- $1 integer: at most so many.
select p.id
from public.profiles as p
order by p.id
limit $1;
