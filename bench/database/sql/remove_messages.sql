-- $1 uuid: the oldest id a bench can have made; $2 text: the body that marks its messages
delete from public.outbound_messages as m
where m.id >= $1
  and m.body = $2;
