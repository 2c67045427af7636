-- title: an AFTER row trigger
-- idea: The default's function, after the row is there.
-- choose it when: Never: it is here to be counted.
-- costs: a refused message leaves a dead row.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

drop trigger outbound_messages_refuse_blocked_insert on public.outbound_messages;
create trigger outbound_messages_refuse_blocked_insert
after insert on public.outbound_messages
for each row
execute function public.refuse_blocked_contact();

-- migrate:down
