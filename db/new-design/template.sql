-- title: design_name
-- idea: The default with a function of its own for the lookup, to begin with: say here how opt-outs are kept and checked.
-- choose it when: Say here for whom it is the right one.
-- costs: Say here what a message and a report pay for it.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

create function public.refuse_design_name() returns trigger
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
  where b.phone operator(pg_catalog.=) new.to_number;

  if found
    or pg_catalog.octet_length(new.to_number) operator(pg_catalog.>) public.longest_to_number()
  then
    -- the id only where no row is stored yet: before an insert
    perform public.refuse_message(
      new.to_number,
      case when tg_op operator(pg_catalog.=) 'INSERT' then new.id end
    );
  end if;
  return new;
end
$function$;
comment on function public.refuse_design_name() is
  'Refuses a message to a blocked contact with SQLSTATE OPTED.';
revoke all on function public.refuse_design_name() from public;

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_design_name();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

create or replace trigger outbound_messages_refuse_blocked_update
before update of to_number on public.outbound_messages
for each row
when (new.to_number is distinct from old.to_number)
execute function public.refuse_design_name();

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

drop function public.refuse_design_name();
