-- Reports of a bench's messages, found on their shards by number and message.
-- $1 uuid: the oldest id a bench can have made; $2 text: the body that marks its messages
delete from public.delivery_reports as r
using public.outbound_messages as m
where r.id >= $1
  and m.to_number = r.to_number
  and m.id = r.message_id
  and m.id >= $1
  and m.body = $2;
