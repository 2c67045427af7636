alter table public.outbound_messages drop constraint if exists outbound_messages_to_number_check;
