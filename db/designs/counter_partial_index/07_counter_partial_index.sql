-- title: one row a phone with a counter, partial index of the blocked, row trigger
-- idea: The counter again, with a partial index of the rows that reached the threshold: it is as small as blocked_contacts, and the check needs nothing else.
-- choose it when: The count is wanted, and so is a check as small as the default's.
-- costs: The threshold is a literal in the index; an update of a counter is never heap-only, because the index depends on it; a hot number queues on its row.
-- keeps: opt_outs, contact_opt_out_counts
-- order: none, opt-outs get no ordinals

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
set enable_seqscan = off
as $function$
-- All reporters of one phone meet in its counter. "on conflict do update" locks it and, at READ
-- COMMITTED, adds to what the session before has committed; at REPEATABLE READ and SERIALIZABLE it
-- raises 40001 where its snapshot does not show that. Locks: the message, the phone's counter, and the
-- opt-out.
-- From a report it reads the message "for share": whoever moves that message to another number or
-- profile meets it there. The second of the two waits for the first, and then, at READ COMMITTED, sees
-- what the first did; a REPEATABLE READ reporter gets 40001, and so does one of two SERIALIZABLE ones. A
-- REPEATABLE READ mover whose snapshot is older than the report does not see it: rederive_opt_outs()
-- finds what it missed.
-- No scans: a session keeps the plans that it made while its tables were small.
declare
  contact text collate "C";
  profile uuid;
begin
  if tg_table_name = 'delivery_reports' then
    if new.event_type <> 'failed' then
      return null;
    end if;
    select m.to_number, m.profile_id
    into contact, profile
    from public.outbound_messages as m
    where m.id = new.message_id
    for share;

    if not found then
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
    if row_security_active('public.delivery_reports'::regclass) then
      raise exception 'row-level security may hide the reports of a message that is moved'
        using errcode = 'insufficient_privilege',
              hint = 'Exempt the owner of this function from the policies of delivery_reports.';
    end if;
    perform
    from public.delivery_reports as r
    where r.message_id = new.id
      and r.event_type = 'failed'
      and r.error_code = 21610
      and public.is_covered(new.to_number, new.profile_id, r.id::text) is not true;

    if not found then
      return null;
    end if;
    contact := new.to_number;
    profile := new.profile_id;
  end if;

  if profile is null then
    return null;
  end if;

  -- A report that said so before this update is not news to an opt-in that came after it, or that is under
  -- way: then it holds the opt-out.
  if tg_op = 'UPDATE' and tg_table_name = 'delivery_reports' then
    if old.event_type = 'failed' and old.error_code = 21610 and old.message_id = new.message_id then
      perform
      from public.opt_outs as o
      where o.phone = contact
        and o.profile_id = profile
      for key share;

      if public.is_covered(contact, profile, old.id::text) is not false then
        return null;
      end if;
    end if;
  end if;

  insert into public.opt_outs (phone, profile_id)
  values (contact, profile)
  on conflict do nothing;

  if found then
    insert into public.contact_opt_out_counts as c (phone, profiles)
    values (contact, 1)
    on conflict (phone) do update
    set profiles = c.profiles + 1;
  end if;

  return null;
end
$function$;
comment on function public.count_opt_out() is
  'Remembers that a contact opted out of a profile, and counts it if it is new.';
revoke all on function public.count_opt_out() from public;

create function public.uncount_opt_out() returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- Locks the phone's counter. One that a policy would hide from the owner raises 42501.
begin
  update public.contact_opt_out_counts as c
  set profiles = c.profiles - 1
  where c.phone = old.phone;
  return null;
end
$function$;
comment on function public.uncount_opt_out() is
  'Takes an opt-out that is deleted by hand from its contact''s counter: what is counted is what is there.';
revoke all on function public.uncount_opt_out() from public;

-- The locks first: they keep reports and moves out until this is committed. Messages wait as well.
set local row_security = off; -- an owner to whom policies apply is told, and derives no part for the whole
lock table public.outbound_messages, public.delivery_reports in share row exclusive mode;

create or replace trigger delivery_reports_record_opt_out_insert
after insert on public.delivery_reports
for each row
when (new.error_code = 21610)
execute function public.count_opt_out();

create or replace trigger delivery_reports_record_opt_out_update
after update of message_id, event_type, error_code on public.delivery_reports
for each row
when (new.error_code = 21610)
execute function public.count_opt_out();

create or replace trigger outbound_messages_record_opt_out_update
after update on public.outbound_messages
for each row
when (
  new.profile_id is not null
  and (new.to_number, new.profile_id) is distinct from (old.to_number, old.profile_id)
)
execute function public.count_opt_out();

create trigger opt_outs_uncount_delete
after delete on public.opt_outs
for each row
execute function public.uncount_opt_out();
comment on trigger opt_outs_uncount_delete on public.opt_outs is
  'An opt-out may be deleted by hand, when a contact asks for messages again.';

-- The counter does what the ordinal does by default, so that its index need not be kept.
alter table public.opt_outs
  drop constraint opt_outs_phone_ordinal_key,
  alter column ordinal drop not null;

insert into public.contact_opt_out_counts (phone, profiles)
select o.phone, count(*)
from public.opt_outs as o
group by o.phone;

create index contact_opt_out_counts_blocked_idx
on public.contact_opt_out_counts (phone)
where profiles >= 3;
comment on index public.contact_opt_out_counts_blocked_idx is
  'The blocked contacts. 3 is public.opt_out_block_threshold(): an index wants a constant.';

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

-- Opt-outs recorded meanwhile have no ordinal yet: they come after the last of those that have one.
update public.opt_outs as o
set ordinal = numbered.ordinal
from (
  select
    n.phone,
    n.profile_id,
    coalesce(max(n.ordinal) over (partition by n.phone), 0)
      + row_number() over (partition by n.phone, n.ordinal is null order by n.profile_id) as ordinal
  from public.opt_outs as n
) as numbered
where o.ordinal is null
  and o.phone = numbered.phone
  and o.profile_id = numbered.profile_id;

alter table public.opt_outs
  alter column ordinal set not null,
  add constraint opt_outs_phone_ordinal_key unique (phone, ordinal);

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

drop trigger if exists opt_outs_uncount_delete on public.opt_outs;
drop function if exists public.uncount_opt_out();
drop function public.count_opt_out();
drop function public.refuse_by_count();
drop table public.contact_opt_out_counts;
