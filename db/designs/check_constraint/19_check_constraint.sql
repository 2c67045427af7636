-- title: blocked_contacts by primary key, check constraint
-- idea: A check constraint on to_number calls a function that looks the number up.
-- choose it when: Never: it is here because it is often proposed.
-- costs: One call of a PL/pgSQL function a row, also for an edit, on PostgreSQL 15 to 18 alike; with the function in SQL, three to six times as much up to 17 and up to three times on 18; a dump restored data only, over the schema, is refused where it holds a message to a blocked contact, and no setting switches a constraint off; whoever may insert may also ask whether a number is blocked.
-- keeps: opt_outs, blocked_contacts
-- needs: execute on function message_may_go(text,uuid)

-- migrate:up

-- A constraint is evaluated for every row that is written, also where to_number stays what it was. An edited
-- message is there already, and so it may go; the trigger on updates stays and refuses a move.

create function public.message_may_go(to_number text, id uuid) returns boolean
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
-- True, or a refusal. Locks nothing but the key of a message that is there already; reads with the
-- statement's snapshot, at any isolation level.
-- A kept plan never scans, and no name depends on a search_path: see public.refuse_blocked_contact().
begin
  perform
  from public.blocked_contacts as b
  where b.phone operator(pg_catalog.=) message_may_go.to_number;

  if found
    or pg_catalog.octet_length(message_may_go.to_number) operator(pg_catalog.>) public.longest_to_number()
  then
    return public.refuse_message(message_may_go.to_number, message_may_go.id);
  end if;
  return true;
end
$function$;
comment on function public.message_may_go(text, uuid) is
  'Refuses a message to a blocked contact. A constraint runs as whoever inserts, so everyone may call it.';

drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages;
alter table public.outbound_messages
  drop constraint if exists outbound_messages_to_number_check,
  add constraint outbound_messages_to_number_check
    check (public.message_may_go(to_number, id))
    not valid;
comment on constraint outbound_messages_to_number_check on public.outbound_messages is
  'Not valid: messages from before a block stay. PostgreSQL takes a check for immutable and this one is not.';

-- migrate:down

alter table public.outbound_messages drop constraint if exists outbound_messages_to_number_check;
drop function if exists public.message_may_go(text, uuid);
-- an earlier version of this design made them
drop function if exists public.refuse_message();
drop function if exists public.is_blocked_contact(text);

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';
