-- title: blocked_contacts by primary key, in the WHEN of an AFTER trigger
-- idea: An AFTER INSERT row trigger whose WHEN looks the number up: no event is kept for a free number, the new row is not copied for a trigger, and a COPY that gives the ids goes on inserting many rows at once (one that leaves them to their default inserts row by row under every design, on PostgreSQL 15 to 18 alike).
-- choose it when: One row and many are both to be cheap, by INSERT and by COPY.
-- costs: One call of a PL/pgSQL function and one index probe a row; a refused statement leaves dead rows; whoever may insert may also ask whether a number is blocked.
-- keeps: opt_outs, blocked_contacts
-- needs: execute on function is_blocked_contact(text)

-- migrate:up

create function public.is_blocked_contact(phone text) returns boolean
language plpgsql
stable
parallel safe
security definer
set enable_seqscan = off
as $function$
-- Locks nothing; reads with the statement's snapshot, at any isolation level. PL/pgSQL keeps the plan
-- of the lookup for the session; a function in SQL, which a WHEN does not inline, begins anew each call.
-- A kept plan never scans, and no name depends on a search_path: see public.refuse_blocked_contact().
begin
  perform
  from public.blocked_contacts as b
  where b.phone operator(pg_catalog.=) is_blocked_contact.phone;

  return found
    or pg_catalog.octet_length(is_blocked_contact.phone) operator(pg_catalog.>) public.longest_to_number();
end
$function$;
comment on function public.is_blocked_contact(text) is
  'Whether messages to this number are refused. A trigger''s WHEN runs as whoever inserts, so everyone may call it.';

drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages;
create or replace trigger outbound_messages_refuse_blocked_insert
after insert on public.outbound_messages
for each row
when (public.is_blocked_contact(new.to_number))
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Its WHEN is evaluated as each row is inserted; only a blocked number makes an event, which refuses the statement.';

-- migrate:down

drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages;
create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';
drop function if exists public.refuse_message(); -- an earlier version of this design made it
drop function public.is_blocked_contact(text);
