-- The numbers of exchange 555, the bench's own, that its messages went to.
-- $1 uuid: the oldest id a bench can have made; $2 text: the body that marks its messages
select distinct m.to_number as phone
from public.outbound_messages as m
where m.id >= $1
  and m.body = $2
  and m.to_number like '+1___555____';
