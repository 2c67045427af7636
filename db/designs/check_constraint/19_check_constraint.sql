-- title: blocked_contacts by primary key, check constraint
-- idea: A check constraint on to_number calls a function that looks the number up.
-- choose it when: Never: it is here because it is often proposed.
-- costs: A message to a contact who was blocked later can no longer be edited, and a dump that holds one cannot be restored; one call of an SQL function a row; whoever may insert may also ask whether a number is blocked.
-- keeps: opt_outs, blocked_contacts
-- needs: execute on function is_blocked_contact(text)
-- cannot: other numbers are untouched, and messages already there stay

-- migrate:up

-- A constraint is evaluated for every row that is written, also where to_number stays what it was.

create function public.is_blocked_contact(phone text) returns boolean
language sql
stable
parallel safe
security definer
return exists (
  select
  from public.blocked_contacts as b
  where b.phone = is_blocked_contact.phone
);
comment on function public.is_blocked_contact(text) is
  'Whether messages to this number are refused. A constraint runs as whoever inserts, so everyone may call it.';

create function public.refuse_message() returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
-- Volatile, so that the planner never tries it out. It reads nothing and needs no rights.
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
  'Refuses the message with SQLSTATE OPTED: what an expression does that may only say true or false.';

drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages;
alter table public.outbound_messages
  drop constraint if exists outbound_messages_to_number_check,
  add constraint outbound_messages_to_number_check
    check (not public.is_blocked_contact(to_number) or public.refuse_message())
    not valid;
comment on constraint outbound_messages_to_number_check on public.outbound_messages is
  'Not valid: messages from before a block stay. PostgreSQL takes a check for immutable and this one is not.';

-- migrate:down

alter table public.outbound_messages drop constraint if exists outbound_messages_to_number_check;
drop function public.refuse_message();
drop function public.is_blocked_contact(text);

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';
