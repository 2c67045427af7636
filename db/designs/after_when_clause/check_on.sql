create or replace trigger outbound_messages_refuse_blocked_insert
after insert on public.outbound_messages
for each row
when (public.is_blocked_contact(new.to_number))
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Its WHEN is evaluated as each row is inserted; only a blocked number makes an event, which refuses the statement.';
