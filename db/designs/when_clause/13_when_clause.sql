-- title: blocked_contacts by primary key, in the trigger's WHEN
-- idea: The trigger's WHEN calls an SQL function that looks the number up; PL/pgSQL runs only for a number that is blocked.
-- choose it when: The question "is this number blocked" is wanted as a function anyway, for the application to ask before it sends.
-- costs: One call of an SQL function and one index probe a row; whoever may insert may also ask whether a number is blocked.
-- keeps: opt_outs, blocked_contacts
-- needs: execute on function is_blocked_contact(text)

-- migrate:up

-- The body is parsed here and now, so no search_path can change what it means later; a
-- "set search_path" on it would only cost time in every call.
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

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
when (public.is_blocked_contact(new.to_number))
execute function public.refuse_message();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

-- migrate:down

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';
drop function public.refuse_message();
drop function public.is_blocked_contact(text);
