create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
when (public.is_blocked_contact(new.to_number))
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';
