alter table public.outbound_messages
  drop constraint if exists outbound_messages_to_number_check,
  add constraint outbound_messages_to_number_check
    check (not public.is_blocked_contact(to_number) or public.refuse_message())
    not valid;
comment on constraint outbound_messages_to_number_check on public.outbound_messages is
  'Not valid: messages from before a block stay. PostgreSQL takes a check for immutable and this one is not.';
