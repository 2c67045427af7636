create or replace view public.outbound_messages as
select
  m.id,
  m.profile_id,
  m.to_number,
  m.body
from public.outbound_messages_stored as m
where not exists (
    select
    from public.blocked_contacts as b
    where b.phone = m.to_number
  )
  or exists (
    select
    from public.outbound_messages_stored as already
    where already.id = m.id
  )
  or public.refuse_message()
with local check option;
