create or replace view public.outbound_messages as
select
  m.id,
  m.profile_id,
  m.to_number,
  m.body
from public.outbound_messages_stored as m
where public.message_may_go(m.to_number, m.id)
with local check option;
