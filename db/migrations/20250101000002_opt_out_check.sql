-- The opt-out check: remember who was told 21610, block a number at the third distinct profile,
-- refuse every message to a blocked number.

-- migrate:up

create function public.opt_out_block_threshold() returns integer
language sql
stable
parallel safe
return 3;
comment on function public.opt_out_block_threshold() is
  'How many distinct profiles must have been told 21610 before a number is blocked for all of them.';

create table public.opt_outs (
  phone text collate "C" not null,
  profile_id uuid not null,
  ordinal integer not null,
  constraint opt_outs_phone_profile_id_key unique (phone, profile_id),
  constraint opt_outs_phone_ordinal_key unique (phone, ordinal)
);
comment on table public.opt_outs is
  'One row for each contact and profile that were told 21610. It outlives the reports and messages '
  'it came from, so it references neither.';
comment on column public.opt_outs.ordinal is
  '1 for the first profile that this phone opted out of, 2 for the second, and so on. Its unique '
  'index makes concurrent reporters of one phone meet: see public.record_opt_out().';

create table public.blocked_contacts (
  phone text collate "C" not null,
  constraint blocked_contacts_pkey primary key (phone)
);
comment on table public.blocked_contacts is
  'The numbers that enough distinct profiles were told to stop texting. A row here refuses every message.';

create function public.refuse_blocked_contact() returns trigger
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
-- Locks nothing; reads with the statement's snapshot, at any isolation level.
-- "perform" runs the lookup without the expression that "if exists" would wrap around it.
begin
  perform
  from public.blocked_contacts as b
  where b.phone = new.to_number;

  if found then
    raise exception 'Cannot send message - frequently unsubscribed recipient'
      using errcode = 'OPTED',
            detail = 'At least ' || public.opt_out_block_threshold()
              || ' distinct profiles were told 21610 for this number.',
            schema = 'public',
            table = 'outbound_messages',
            column = 'to_number';
  end if;
  return new;
end
$function$;
comment on function public.refuse_blocked_contact() is
  'Refuses a message to a blocked contact with SQLSTATE OPTED: one primary-key lookup in blocked_contacts.';

create trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

create trigger outbound_messages_refuse_blocked_update
before update of to_number on public.outbound_messages
for each row
when (new.to_number is distinct from old.to_number)
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_update on public.outbound_messages is
  'A message may not be moved to a blocked number; one that is already there may be edited.';

create function public.record_opt_out() returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
-- The danger here: three sessions that report three profiles at the same moment each see only
-- their own row, count one, and nobody blocks. A lock alone mends this at READ COMMITTED only,
-- because a REPEATABLE READ snapshot stays as old as it was.
--
-- So every opt-out takes the phone's next ordinal, and two sessions that want the same ordinal meet
-- in its unique index: the second waits for the first. If the first commits, then
--   - at READ COMMITTED nothing is inserted, and the loop looks again with a fresh snapshot;
--   - at REPEATABLE READ and SERIALIZABLE "on conflict" finds a row that its snapshot does not show
--     and raises 40001 (serialization_failure), which the application retries.
-- Whoever takes the third ordinal sees the two before it. Locks: rows of this phone only. Sessions
-- that report several phones in one transaction in different orders may deadlock (40P01): retry.
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
      count(*) as profiles,
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

  if known.profiles + 1 >= public.opt_out_block_threshold() then
    insert into public.blocked_contacts (phone)
    values (message.to_number)
    on conflict do nothing;
  end if;

  return null;
end
$function$;
comment on function public.record_opt_out() is
  'Remembers that a contact opted out of a profile, and blocks the contact when the number of distinct '
  'profiles reaches the threshold.';

create trigger delivery_reports_record_opt_out_insert
after insert on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.record_opt_out();
comment on trigger delivery_reports_record_opt_out_insert on public.delivery_reports is
  'Only a failed report with 21610 counts; all others cost one comparison.';

create trigger delivery_reports_record_opt_out_update
after update of message_id, event_type, error_code on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.record_opt_out();
comment on trigger delivery_reports_record_opt_out_update on public.delivery_reports is
  'A report first stored without its code counts when it becomes a failed 21610.';

-- Only the triggers call these functions; nobody may call or attach them elsewhere.
revoke all on function public.refuse_blocked_contact() from public;
revoke all on function public.record_opt_out() from public;

-- migrate:down

drop trigger delivery_reports_record_opt_out_update on public.delivery_reports;
drop trigger delivery_reports_record_opt_out_insert on public.delivery_reports;
drop trigger outbound_messages_refuse_blocked_update on public.outbound_messages;
drop trigger outbound_messages_refuse_blocked_insert on public.outbound_messages;
drop function public.record_opt_out();
drop function public.refuse_blocked_contact();
drop table public.blocked_contacts;
drop table public.opt_outs;
drop function public.opt_out_block_threshold();
