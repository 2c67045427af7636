-- $1 integer: how many.
insert into public.profiles (name)
select 'load generator ' || n
from generate_series(1, $1) as n
returning id;
