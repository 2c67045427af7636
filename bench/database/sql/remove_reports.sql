-- Reports of a bench's messages. Those that it can have made are taken first, by their key: nothing else
-- finds the reports of a message but reading all of them.
-- $1 uuid: the oldest id a bench can have made; $2 text: the body that marks its messages
with made as materialized (
  select r.id, r.message_id
  from public.delivery_reports as r
  where r.id >= $1
)
delete from public.delivery_reports as r
using made, public.outbound_messages as m
where r.id = made.id
  and m.id = made.message_id
  and m.id >= $1
  and m.body = $2;
