do $ddl$
begin
  set local citus.enable_unsafe_triggers = on;
  drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages;
  create trigger outbound_messages_refuse_blocked_insert
  before insert on public.outbound_messages
  for each row
  execute function public.refuse_blocked_contact();
  comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
    'Before the row exists, so that a refused message leaves no dead row behind.';
end
$ddl$;
