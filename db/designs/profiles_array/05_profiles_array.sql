-- title: one row a phone with an array of profiles, row trigger
-- idea: Each phone has one row with the profiles that it opted out of; a BEFORE INSERT row trigger finds the row by primary key and measures the array.
-- choose it when: The profiles of one phone are always wanted together, and no phone has many.
-- costs: Every opt-out rewrites the row; the check reads the row itself, not only the index, for every phone that ever opted out; an array has no foreign key and no index.
-- keeps: contact_profiles

-- migrate:up

create table public.contact_profiles (
  phone text collate "C" not null,
  profile_ids uuid[] not null,
  constraint contact_profiles_pkey primary key (phone)
);
comment on table public.contact_profiles is
  'One row for each contact that was told 21610, with the distinct profiles in the order of their opt-outs.';

create function public.refuse_by_profiles() returns trigger
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
  from public.contact_profiles as c
  where c.phone operator(pg_catalog.=) new.to_number
    and pg_catalog.cardinality(c.profile_ids) operator(pg_catalog.>=) public.opt_out_block_threshold();

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
comment on function public.refuse_by_profiles() is
  'Refuses a message to a contact with too many opt-outs with SQLSTATE OPTED: one primary-key lookup in contact_profiles.';
revoke all on function public.refuse_by_profiles() from public;

create function public.add_profile() returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
-- All reporters of one phone meet in its row. "on conflict do update" locks it and, at READ COMMITTED,
-- appends to what the session before has committed; at REPEATABLE READ and SERIALIZABLE it raises
-- 40001 where its snapshot does not show that. Locks: the phone's row.
begin
  insert into public.contact_profiles as c (phone, profile_ids)
  select m.to_number, array[m.profile_id]
  from public.outbound_messages as m
  where m.id = new.message_id
    and m.profile_id is not null
  on conflict (phone) do update
  set profile_ids = c.profile_ids || excluded.profile_ids
  where not c.profile_ids @> excluded.profile_ids;
  return null;
end
$function$;
comment on function public.add_profile() is
  'Adds a profile to those that a contact opted out of, once.';
revoke all on function public.add_profile() from public;

-- The triggers first: they keep reports out until the backfill is committed.
create or replace trigger delivery_reports_record_opt_out_insert
after insert on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.add_profile();

create or replace trigger delivery_reports_record_opt_out_update
after update of message_id, event_type, error_code on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.add_profile();

insert into public.contact_profiles (phone, profile_ids)
select o.phone, array_agg(o.profile_id order by o.ordinal)
from public.opt_outs as o
group by o.phone;

analyze public.contact_profiles;

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_by_profiles();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

create or replace trigger outbound_messages_refuse_blocked_update
before update of to_number on public.outbound_messages
for each row
when (new.to_number is distinct from old.to_number)
execute function public.refuse_by_profiles();

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

insert into public.opt_outs (phone, profile_id, ordinal)
select c.phone, p.profile_id, p.ordinal
from public.contact_profiles as c
cross join lateral unnest(c.profile_ids) with ordinality as p (profile_id, ordinal)
on conflict do nothing;

insert into public.blocked_contacts (phone)
select c.phone
from public.contact_profiles as c
where cardinality(c.profile_ids) >= public.opt_out_block_threshold()
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

drop function public.add_profile();
drop function public.refuse_by_profiles();
drop table public.contact_profiles;
