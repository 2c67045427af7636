-- title: blocked_contacts by primary key under an ICU collation, row trigger
-- idea: The default with blocked_contacts.phone under the ICU root collation, as a database with an ICU default has it without being asked.
-- choose it when: Never on purpose: it shows what 'collate "C"' saves.
-- costs: Every comparison on the way down the tree follows the rules of a language, to compare digits.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

alter table public.blocked_contacts
  alter column phone type text collate "und-x-icu";

create function public.refuse_blocked_contact_icu() returns trigger
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
-- Locks nothing but the key of a message that is there already; reads with the statement's snapshot, at
-- any isolation level.
-- A kept plan never scans, and no name depends on a search_path: see public.refuse_blocked_contact().
-- "perform" runs the lookup without the expression that "if exists" would wrap around it.
begin
  perform
  from public.blocked_contacts as b
  where b.phone operator(pg_catalog.=) new.to_number collate pg_catalog."und-x-icu";

  if found
    or pg_catalog.octet_length(new.to_number) operator(pg_catalog.>) public.longest_to_number()
  then
    perform public.refuse_message(
      new.to_number,
      case when tg_op operator(pg_catalog.=) 'INSERT' then new.id end
    );
  end if;
  return new;
end
$function$;
comment on function public.refuse_blocked_contact_icu() is
  'Refuses a message to a blocked contact with SQLSTATE OPTED: one primary-key lookup, in the collation of its index.';
revoke all on function public.refuse_blocked_contact_icu() from public;

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_contact_icu();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

create or replace trigger outbound_messages_refuse_blocked_update
before update of to_number on public.outbound_messages
for each row
when (new.to_number is distinct from old.to_number)
execute function public.refuse_blocked_contact_icu();

-- migrate:down

create or replace trigger outbound_messages_refuse_blocked_update
before update of to_number on public.outbound_messages
for each row
when (new.to_number is distinct from old.to_number)
execute function public.refuse_blocked_contact();

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

drop function public.refuse_blocked_contact_icu();

alter table public.blocked_contacts
  alter column phone type text collate "C";
