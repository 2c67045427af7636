-- title: blocked_contacts by primary key, in the WHEN of an AFTER trigger
-- idea: An AFTER INSERT row trigger whose WHEN looks the number up: no event is kept for a free number, the new row is not copied for a trigger, and COPY goes on inserting many rows at once.
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
set search_path = pg_catalog, pg_temp
as $function$
-- Locks nothing; reads with the statement's snapshot, at any isolation level. PL/pgSQL keeps the plan
-- of the lookup for the session; a function in SQL, which a WHEN does not inline, begins anew each call.
begin
  perform
  from public.blocked_contacts as b
  where b.phone = is_blocked_contact.phone;

  return found;
end
$function$;
comment on function public.is_blocked_contact(text) is
  'Whether messages to this number are refused. A trigger''s WHEN runs as whoever inserts, so everyone may call it.';

create function public.refuse_message() returns trigger
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
  raise exception 'Cannot send message - frequently unsubscribed recipient'
    using errcode = 'OPTED',
          detail = 'At least ' || public.opt_out_block_threshold()
            || ' distinct profiles were told 21610 for this number.',
          schema = 'public',
          table = 'outbound_messages',
          column = 'to_number';
end
$function$;
comment on function public.refuse_message() is
  'Refuses the message with SQLSTATE OPTED; the trigger''s WHEN has found that its number is blocked.';
revoke all on function public.refuse_message() from public;

drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages;
create or replace trigger outbound_messages_refuse_blocked_insert
after insert on public.outbound_messages
for each row
when (public.is_blocked_contact(new.to_number))
execute function public.refuse_message();
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
drop function public.refuse_message();
drop function public.is_blocked_contact(text);
