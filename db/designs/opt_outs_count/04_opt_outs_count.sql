-- title: opt_outs counted, row trigger
-- idea: A BEFORE INSERT row trigger counts the number's rows in opt_outs through the unique (phone, profile_id) index; nothing else is kept.
-- choose it when: The threshold may change from one minute to the next, and no table of blocked numbers may go stale.
-- costs: An index over every opt-out instead of one over the blocked numbers: seven times the rows, and wider; a count reads every opt-out of a number.
-- keeps: opt_outs

-- migrate:up

create function public.refuse_after_opt_outs() returns trigger
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
-- Locks nothing but the key of a message that is there already; reads with the statement's snapshot, at
-- any isolation level.
-- A kept plan never scans, and no name depends on a search_path: see public.refuse_blocked_contact().
begin
  if (
    select pg_catalog.count(o.profile_id)
    from public.opt_outs as o
    where o.phone operator(pg_catalog.=) new.to_number
  ) operator(pg_catalog.>=) public.opt_out_block_threshold()
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
comment on function public.refuse_after_opt_outs() is
  'Refuses a message to a contact with too many opt-outs with SQLSTATE OPTED: counts them in opt_outs.';
revoke all on function public.refuse_after_opt_outs() from public;

create function public.record_opt_out_only() returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
-- public.record_opt_out() without its last step. Two sessions that want the same ordinal of a phone
-- meet in its unique index: the second waits, then looks again (READ COMMITTED) or gets 40001
-- (REPEATABLE READ, SERIALIZABLE). Locks: rows of this phone only.
declare
  message record;
  known record;
begin
  select m.to_number, m.profile_id
  into message
  from public.outbound_messages as m
  where m.id = new.message_id;

  if message.profile_id is null then
    return null;
  end if;

  loop
    select
      coalesce(max(o.ordinal), 0) as last_ordinal,
      coalesce(bool_or(o.profile_id = message.profile_id), false) as includes_this
    into known
    from public.opt_outs as o
    where o.phone = message.to_number;

    if known.includes_this then
      return null;
    end if;

    insert into public.opt_outs (phone, profile_id, ordinal)
    values (message.to_number, message.profile_id, known.last_ordinal + 1)
    on conflict do nothing;

    exit when found;
  end loop;

  return null;
end
$function$;
comment on function public.record_opt_out_only() is
  'Remembers that a contact opted out of a profile; who is blocked is found in opt_outs itself.';
revoke all on function public.record_opt_out_only() from public;

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_after_opt_outs();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

create or replace trigger outbound_messages_refuse_blocked_update
before update of to_number on public.outbound_messages
for each row
when (new.to_number is distinct from old.to_number)
execute function public.refuse_after_opt_outs();

create or replace trigger delivery_reports_record_opt_out_insert
after insert on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.record_opt_out_only();

create or replace trigger delivery_reports_record_opt_out_update
after update of message_id, event_type, error_code on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.record_opt_out_only();

-- migrate:down

-- The triggers first: they keep reports out until the numbers blocked meanwhile are back in blocked_contacts.
create or replace trigger delivery_reports_record_opt_out_insert
after insert on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.record_opt_out();

create or replace trigger delivery_reports_record_opt_out_update
after update of message_id, event_type, error_code on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.record_opt_out();

insert into public.blocked_contacts (phone)
select o.phone
from public.opt_outs as o
where o.ordinal = public.opt_out_block_threshold()
on conflict do nothing;

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

drop function public.record_opt_out_only();
drop function public.refuse_after_opt_outs();
