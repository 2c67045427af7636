alter table public.outbound_messages
  drop constraint if exists outbound_messages_to_number_check,
  add constraint outbound_messages_to_number_check
    check (public.message_may_go(to_number, id))
    not valid;
comment on constraint outbound_messages_to_number_check on public.outbound_messages is
  'Not valid: messages from before a block stay. PostgreSQL takes a check for immutable and this one is not.';
