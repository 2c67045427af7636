do $ddl$
begin
  set local citus.enable_unsafe_triggers = on;
  drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages;
end
$ddl$;
