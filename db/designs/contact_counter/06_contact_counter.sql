-- title: one row a phone with a counter, row trigger
-- idea: Each phone that ever opted out has one row with its number of opt-outs; a BEFORE INSERT row trigger finds it by primary key and compares it with the threshold.
-- choose it when: The count itself is wanted, for a warning before the block for instance, or the threshold may change at any time.
-- costs: An index over every phone that ever opted out instead of over the blocked ones; for those phones the check reads the row, not only the index; a hot number queues on its row.
-- keeps: opt_outs, contact_opt_out_counts

-- migrate:up

create table public.contact_opt_out_counts (
  phone text collate "C" not null,
  profiles integer not null,
  constraint contact_opt_out_counts_pkey primary key (phone)
);
comment on table public.contact_opt_out_counts is
  'How many distinct profiles each contact opted out of. opt_outs knows which, so that none counts twice.';

create function public.refuse_by_count() returns trigger
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
  from public.contact_opt_out_counts as c
  where c.phone operator(pg_catalog.=) new.to_number
    and c.profiles operator(pg_catalog.>=) public.opt_out_block_threshold();

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
comment on function public.refuse_by_count() is
  'Refuses a message to a contact with too many opt-outs with SQLSTATE OPTED: one lookup in contact_opt_out_counts.';
revoke all on function public.refuse_by_count() from public;

create function public.count_opt_out() returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
-- All reporters of one phone meet in its counter. "on conflict do update" locks it and, at READ
-- COMMITTED, adds to what the session before has committed; at REPEATABLE READ and SERIALIZABLE it
-- raises 40001 where its snapshot does not show that. Locks: the phone's counter, and the opt-out.
declare
  message record;
begin
  select m.to_number, m.profile_id
  into message
  from public.outbound_messages as m
  where m.id = new.message_id;

  if message.profile_id is null then
    return null;
  end if;

  insert into public.opt_outs (phone, profile_id)
  values (message.to_number, message.profile_id)
  on conflict do nothing;

  if found then
    insert into public.contact_opt_out_counts as c (phone, profiles)
    values (message.to_number, 1)
    on conflict (phone) do update
    set profiles = c.profiles + 1;
  end if;

  return null;
end
$function$;
comment on function public.count_opt_out() is
  'Remembers that a contact opted out of a profile, and counts it if it is new.';
revoke all on function public.count_opt_out() from public;

-- The triggers first: they keep reports out until the backfill is committed.
create or replace trigger delivery_reports_record_opt_out_insert
after insert on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.count_opt_out();

create or replace trigger delivery_reports_record_opt_out_update
after update of message_id, event_type, error_code on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.count_opt_out();

-- The counter does what the ordinal does by default, so that its index need not be kept.
alter table public.opt_outs
  drop constraint opt_outs_phone_ordinal_key,
  alter column ordinal drop not null;

insert into public.contact_opt_out_counts (phone, profiles)
select o.phone, count(*)
from public.opt_outs as o
group by o.phone;

analyze public.contact_opt_out_counts;

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_by_count();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

create or replace trigger outbound_messages_refuse_blocked_update
before update of to_number on public.outbound_messages
for each row
when (new.to_number is distinct from old.to_number)
execute function public.refuse_by_count();

-- migrate:down

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

-- Opt-outs recorded meanwhile have no ordinal yet: they come after those that have one.
update public.opt_outs as o
set ordinal = numbered.ordinal
from (
  select
    n.phone,
    n.profile_id,
    row_number() over (partition by n.phone order by n.ordinal nulls last, n.profile_id) as ordinal
  from public.opt_outs as n
) as numbered
where o.ordinal is null
  and o.phone = numbered.phone
  and o.profile_id = numbered.profile_id;

alter table public.opt_outs
  alter column ordinal set not null,
  add constraint opt_outs_phone_ordinal_key unique (phone, ordinal);

insert into public.blocked_contacts (phone)
select c.phone
from public.contact_opt_out_counts as c
where c.profiles >= public.opt_out_block_threshold()
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

drop function public.count_opt_out();
drop function public.refuse_by_count();
drop table public.contact_opt_out_counts;
