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
set enable_seqscan = off
as $function$
-- All reporters of one phone meet in its row. "on conflict do update" locks it and, at READ COMMITTED,
-- appends to what the session before has committed; at REPEATABLE READ and SERIALIZABLE it raises
-- 40001 where its snapshot does not show that. Locks: the message, and the phone's row.
-- From a report it reads the message "for share": whoever moves that message to another number or
-- profile meets it there. The second of the two waits for the first, and then, at READ COMMITTED, sees
-- what the first did; a REPEATABLE READ reporter gets 40001, and so does one of two SERIALIZABLE ones. A
-- REPEATABLE READ mover whose snapshot is older than the report does not see it: rederive_opt_outs()
-- finds what it missed.
-- No scans, and no name that depends on a search_path: see public.record_opt_out().
declare
  contact pg_catalog.text collate pg_catalog."C";
  profile pg_catalog.uuid;
begin
  if tg_table_name operator(pg_catalog.=) 'delivery_reports' then
    if new.event_type operator(pg_catalog.<>) 'failed' then
      return null;
    end if;
    select m.to_number, m.profile_id
    into contact, profile
    from public.outbound_messages as m
    where m.id operator(pg_catalog.=) new.message_id
    for share;

    if profile is null then
      if found then
        return null;
      end if;
      raise exception 'a 21610 needs its message, and message % cannot be found', new.message_id
        using errcode = 'foreign_key_violation',
              detail = 'Only the message says which contact opted out of which profile.',
              hint = 'Store the message before its report. Row-level security must show it, and let it be '
                'locked, to the owner of this function.',
              schema = 'public',
              table = 'delivery_reports',
              column = 'message_id';
    end if;
  else
    if pg_catalog.row_security_active('public.delivery_reports'::pg_catalog.regclass) then
      raise exception 'row-level security may hide the reports of a message that is moved'
        using errcode = 'insufficient_privilege',
              hint = 'Exempt the owner of this function from the policies of delivery_reports.';
    end if;
    perform
    from public.delivery_reports as r
    where r.message_id operator(pg_catalog.=) new.id
      and r.event_type operator(pg_catalog.=) 'failed'
      and r.error_code operator(pg_catalog.=) 21610
      and public.is_covered(new.to_number, new.profile_id, r.id::pg_catalog.text) is not true;

    if not found or new.profile_id is null then
      return null;
    end if;
    contact := new.to_number;
    profile := new.profile_id;
  end if;

  -- A report that said so before this update is not news to an opt-in that came after it, or that is under
  -- way: then it holds the phone's row.
  if tg_op operator(pg_catalog.=) 'UPDATE' and tg_table_name operator(pg_catalog.=) 'delivery_reports' then
    if old.event_type operator(pg_catalog.=) 'failed'
      and old.error_code operator(pg_catalog.=) 21610
      and old.message_id operator(pg_catalog.=) new.message_id
    then
      perform
      from public.contact_profiles as c
      where c.phone operator(pg_catalog.=) contact
      for update;

      if public.is_covered(contact, profile, old.id::pg_catalog.text) is not false then
        return null;
      end if;
    end if;
  end if;

  insert into public.contact_profiles as c (phone, profile_ids)
  values (contact, array[profile])
  on conflict (phone) do update
  set profile_ids = c.profile_ids operator(pg_catalog.||) excluded.profile_ids
  where not c.profile_ids operator(pg_catalog.@>) excluded.profile_ids;
  return null;
end
$function$;
comment on function public.add_profile() is
  'Adds a profile to those that a contact opted out of, once.';
revoke all on function public.add_profile() from public;

create function public.take_profiles() returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- Meets the reporters in the phone's row, which stays when its last profile goes: at READ COMMITTED it takes
-- from what they have committed, above it raises 40001 where its snapshot does not show that.
declare
  taking public.opt_ins := new;
  profiles uuid[];
begin
  select c.profile_ids
  into profiles
  from public.contact_profiles as c
  where c.phone = taking.phone
  for update;

  update public.contact_profiles as c
  set profile_ids = case
    when taking.profile_id is null then '{}'
    else array_remove(c.profile_ids, taking.profile_id)
  end
  where c.phone = taking.phone;

  taking.opt_outs_taken := case
    when taking.profile_id is null then coalesce(cardinality(profiles), 0)
    else (coalesce(taking.profile_id = any (profiles), false))::integer
  end;
  -- Not before: a report that found its profile here has an id from before this moment.
  taking.opted_in_at := clock_timestamp();
  return taking;
end
$function$;
comment on function public.take_profiles() is
  'Takes the profiles away that an opt-in ends.';
revoke all on function public.take_profiles() from public;

-- The locks first: they keep reports and moves out until this is committed. Messages wait as well.
set local row_security = off; -- an owner to whom policies apply is told, and derives no part for the whole
lock table public.outbound_messages, public.delivery_reports in share row exclusive mode;

create or replace trigger delivery_reports_record_opt_out_insert
after insert on public.delivery_reports
for each row
when (new.error_code = 21610)
execute function public.add_profile();

create or replace trigger delivery_reports_record_opt_out_update
after update of message_id, event_type, error_code on public.delivery_reports
for each row
when (new.error_code = 21610)
execute function public.add_profile();

create or replace trigger outbound_messages_record_opt_out_update
after update on public.outbound_messages
for each row
when (
  new.profile_id is not null
  and (new.to_number, new.profile_id) is distinct from (old.to_number, old.profile_id)
)
execute function public.add_profile();

create or replace trigger opt_ins_take_opt_outs_insert
before insert on public.opt_ins
for each row
execute function public.take_profiles();

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

set local row_security = off; -- an owner to whom policies apply is told, and derives no part for the whole

-- The locks first: they keep reports and moves out until this is committed. Messages wait as well.
lock table public.outbound_messages, public.delivery_reports in share row exclusive mode;

create or replace trigger delivery_reports_record_opt_out_insert
after insert on public.delivery_reports
for each row
when (new.error_code = 21610)
execute function public.record_opt_out();

create or replace trigger delivery_reports_record_opt_out_update
after update of message_id, event_type, error_code on public.delivery_reports
for each row
when (new.error_code = 21610)
execute function public.record_opt_out();

create or replace trigger outbound_messages_record_opt_out_update
after update on public.outbound_messages
for each row
when (
  new.profile_id is not null
  and (new.to_number, new.profile_id) is distinct from (old.to_number, old.profile_id)
)
execute function public.record_opt_out();

create or replace trigger opt_ins_take_opt_outs_insert
before insert on public.opt_ins
for each row
execute function public.take_opt_outs();

-- opt_outs becomes what the arrays say. What is new comes after the last ordinal that is there.
delete from public.opt_outs as o
where not exists (
  select
  from public.contact_profiles as c
  where c.phone = o.phone
    and o.profile_id = any (c.profile_ids)
);

insert into public.opt_outs (phone, profile_id, ordinal)
select
  c.phone,
  p.profile_id,
  coalesce((
    select max(o.ordinal)
    from public.opt_outs as o
    where o.phone = c.phone
  ), 0) + row_number() over (partition by c.phone order by p.place)
from public.contact_profiles as c
cross join lateral unnest(c.profile_ids) with ordinality as p (profile_id, place)
where not exists (
  select
  from public.opt_outs as o
  where o.phone = c.phone
    and o.profile_id = p.profile_id
);

-- By counting, for numbers blocked or deleted meanwhile.
select d.blocked, d.unblocked
from public.derive_blocked_contacts() as d;

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

drop function if exists public.take_profiles();
drop function public.add_profile();
drop function public.refuse_by_profiles();
drop table public.contact_profiles;
