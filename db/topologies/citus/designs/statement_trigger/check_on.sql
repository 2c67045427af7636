do $ddl$
begin
  set local citus.enable_unsafe_triggers = on;
  drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages;
  create trigger outbound_messages_refuse_blocked_insert
  after insert on public.outbound_messages
  referencing new table as new_messages
  for each statement
  execute function public.refuse_blocked_contacts();
  comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
    'Once a statement and shard, over all of its rows; a refusal rolls them back and leaves them as dead rows.';
end
$ddl$;
