-- What a report does: a message that is moved counts for its new number as well, a report whose message
-- cannot be seen is refused, gaps in the ordinals break nothing, no report scans a table, and every table
-- can be published.

-- migrate:up

create index delivery_reports_opted_out_message_idx
on public.delivery_reports (message_id)
where error_code = 21610;
comment on index public.delivery_reports_opted_out_message_idx is
  'The 21610s of a message, for when it is moved. Its condition is as short as can be, because every report is held against it.';

-- By the whole row where a seed that was cut short has the index off its table.
do $migration$
begin
  if to_regclass('public.opt_outs_phone_profile_id_key') is not null then
    alter table public.opt_outs replica identity using index opt_outs_phone_profile_id_key;
  else
    alter table public.opt_outs replica identity full;
  end if;
end
$migration$;

comment on table public.opt_outs is
  'One row for each contact and profile that were told 21610. It outlives the reports and messages '
  'it came from, so it references neither. Published by (phone, profile_id).';
comment on column public.opt_outs.ordinal is
  'One more than the last of this phone: its unique index makes concurrent reporters of one phone meet, '
  'see public.record_opt_out(). Never a count: where an opt-out was deleted, one is missing.';

create or replace function public.record_opt_out() returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
-- Called for a report that has 21610, and for a message that got another number or profile.
--
-- The danger here: three sessions that report three profiles at the same moment each see only
-- their own row, count one, and nobody blocks. A lock alone mends this at READ COMMITTED only,
-- because a REPEATABLE READ snapshot stays as old as it was.
--
-- So every opt-out takes the phone's next ordinal, and two sessions that want the same ordinal meet
-- in its unique index: the second waits for the first. If the first commits, then
--   - at READ COMMITTED nothing is inserted, and the loop looks again with a fresh snapshot;
--   - at REPEATABLE READ and SERIALIZABLE "on conflict" finds a row that its snapshot does not show
--     and raises 40001 (serialization_failure), which the application retries.
-- Whoever takes an ordinal sees all opt-outs before it. As many as block are read, the last ones first:
-- a contact with thousands of opt-outs costs no more than one with three. Locks: the message, and rows
-- of this phone. Sessions that report several phones in one transaction in different orders may
-- deadlock (40P01): retry.
--
-- From a report it reads the message "for share": whoever moves that message to another number or
-- profile meets it there. The second of the two waits for the first, and then, at READ COMMITTED, sees
-- what the first did; a REPEATABLE READ reporter gets 40001, and so does one of two SERIALIZABLE ones. A
-- REPEATABLE READ mover whose snapshot is older than the report does not see it: rederive_opt_outs()
-- finds what it missed.
-- No scans: a session keeps the plans that it made while its tables were small.
declare
  contact text collate "C";
  profile uuid;
  enough integer;
  others integer;
  last_ordinal integer;
  known record;
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
      and r.error_code = 21610;

    if not found then
      return null;
    end if;
    contact := new.to_number;
    profile := new.profile_id;
  end if;

  if profile is null then
    return null;
  end if;

  if row_security_active('public.opt_outs'::regclass) then
    raise exception 'row-level security may hide opt-outs, so that they would not be counted'
      using errcode = 'insufficient_privilege',
            hint = 'Exempt the owner of this function from the policies of opt_outs.';
  end if;

  loop
    enough := public.opt_out_block_threshold();
    others := 0;
    last_ordinal := 0;
    for known in
      select o.profile_id, o.ordinal
      from public.opt_outs as o
      where o.phone = contact
      order by o.ordinal desc
      limit public.opt_out_block_threshold()
    loop
      if known.profile_id = profile then
        return null;
      end if;
      last_ordinal := greatest(last_ordinal, known.ordinal);
      others := others + 1;
    end loop;

    insert into public.opt_outs (phone, profile_id, ordinal)
    values (contact, profile, last_ordinal + 1)
    on conflict do nothing;

    exit when found;

    perform
    from public.opt_outs as o
    where o.phone = contact
      and o.profile_id = profile;

    if found then
      return null;
    end if;
  end loop;

  -- The insert may have waited for a change of the threshold: from here on it stays what it is. What was
  -- read before may stop short of a higher one.
  if enough < public.opt_out_block_threshold() then
    select count(*)
    into others
    from (
      select
      from public.opt_outs as o
      where o.phone = contact
        and o.profile_id <> profile
      limit public.opt_out_block_threshold()
    ) as counted;
  end if;

  if others + 1 >= public.opt_out_block_threshold() then
    insert into public.blocked_contacts (phone)
    values (contact)
    on conflict do nothing;
  end if;

  return null;
end
$function$;
comment on function public.record_opt_out() is
  'Remembers that a contact opted out of a profile, and blocks the contact when the number of distinct '
  'profiles reaches the threshold.';

-- Only where the triggers are the schema's own: a design that has put others in their place is taken away
-- and laid over the new schema again (npm run migrate:up does that). A trigger's WHEN is read anew by
-- every statement: as short as can be, the function looks at the rest.
do $migration$
declare
  messages regclass := coalesce(to_regclass('public.outbound_messages_stored'), 'public.outbound_messages');
begin
  if not exists (
    select
    from pg_catalog.pg_trigger as t
    where t.tgname = 'delivery_reports_record_opt_out_insert'
      and t.tgrelid = 'public.delivery_reports'::regclass
      and t.tgfoid = 'public.record_opt_out()'::regprocedure
  ) then
    return;
  end if;

  create or replace trigger delivery_reports_record_opt_out_insert
  after insert on public.delivery_reports
  for each row
  when (new.error_code = 21610)
  execute function public.record_opt_out();
  comment on trigger delivery_reports_record_opt_out_insert on public.delivery_reports is
    'Only a failed report with 21610 counts; all others cost one comparison.';

  create or replace trigger delivery_reports_record_opt_out_update
  after update of message_id, event_type, error_code on public.delivery_reports
  for each row
  when (new.error_code = 21610)
  execute function public.record_opt_out();
  comment on trigger delivery_reports_record_opt_out_update on public.delivery_reports is
    'A report first stored without its code counts when it becomes a failed 21610.';

  execute format(
    'create trigger outbound_messages_record_opt_out_update '
    'after update on %s '
    'for each row '
    'when (new.profile_id is not null '
    'and (new.to_number, new.profile_id) is distinct from (old.to_number, old.profile_id)) '
    'execute function public.record_opt_out()',
    messages
  );
  execute format(
    'comment on trigger outbound_messages_record_opt_out_update on %s is %L',
    messages,
    'A message that has a 21610 counts for the number and profile that it gets, as well as for those it had. '
    'After any update: another trigger may have changed the number.'
  );
end
$migration$;

-- As before, and under a design that gives blocked_contacts another collation (42P22 so far).
create or replace function public.derive_blocked_contacts()
returns table (difference text, phone text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
-- Only what differs is written: a number that stays blocked is blocked at every moment, for every
-- snapshot. Needs hold_opt_outs(), which keeps others from writing here: so no "on conflict", which
-- inserts speculatively and confirms each row, and rows are deleted by their place.
-- Both sides come out of their indexes in the order of phones: one pass, no sort, no hash table.
#variable_conflict use_column
begin
  return query
  with enough as (
    select o.phone
    from public.opt_outs as o
    group by o.phone
    having count(*) >= public.opt_out_block_threshold()
  ),
  differing as materialized (
    select e.phone as missing, b.phone as unfounded, b.ctid as place
    from enough as e
    full join public.blocked_contacts as b on b.phone collate "C" = e.phone
    where e.phone is null
      or b.phone is null
  ),
  blocked as (
    insert into public.blocked_contacts (phone)
    select d.missing
    from differing as d
    where d.missing is not null
    returning phone
  ),
  unblocked as (
    delete from public.blocked_contacts as b
    using differing as d
    where b.ctid = d.place
      and d.unfounded is not null
    returning b.phone
  )
  select 'block was missing', n.phone
  from blocked as n
  union all
  select 'block was unfounded', u.phone
  from unblocked as u;
end
$function$;

-- Where a policy would hide rows from whoever derives, it is told (42501): a part would pass for all.
alter function public.derive_blocked_contacts() set row_security = off;
alter function public.set_opt_out_block_threshold(integer) set row_security = off;
alter function public.rederive_opt_outs() set row_security = off;

-- migrate:down

alter function public.rederive_opt_outs() reset row_security;
alter function public.set_opt_out_block_threshold(integer) reset row_security;
alter function public.derive_blocked_contacts() reset row_security;

create or replace function public.derive_blocked_contacts()
returns table (difference text, phone text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
-- Only what differs is written: a number that stays blocked is blocked at every moment, for every
-- snapshot. Needs hold_opt_outs(), which keeps others from writing here: so no "on conflict", which
-- inserts speculatively and confirms each row, and rows are deleted by their place.
-- Both sides come out of their indexes in the order of phones: one pass, no sort, no hash table.
#variable_conflict use_column
begin
  return query
  with enough as (
    select o.phone
    from public.opt_outs as o
    group by o.phone
    having count(*) >= public.opt_out_block_threshold()
  ),
  differing as materialized (
    select e.phone as missing, b.phone as unfounded, b.ctid as place
    from enough as e
    full join public.blocked_contacts as b on b.phone = e.phone
    where e.phone is null
      or b.phone is null
  ),
  blocked as (
    insert into public.blocked_contacts (phone)
    select d.missing
    from differing as d
    where d.missing is not null
    returning phone
  ),
  unblocked as (
    delete from public.blocked_contacts as b
    using differing as d
    where b.ctid = d.place
      and d.unfounded is not null
    returning b.phone
  )
  select 'block was missing', n.phone
  from blocked as n
  union all
  select 'block was unfounded', u.phone
  from unblocked as u;
end
$function$;

drop trigger outbound_messages_record_opt_out_update on public.outbound_messages;

create or replace trigger delivery_reports_record_opt_out_insert
after insert on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.record_opt_out();
comment on trigger delivery_reports_record_opt_out_insert on public.delivery_reports is
  'Only a failed report with 21610 counts; all others cost one comparison.';

create or replace trigger delivery_reports_record_opt_out_update
after update of message_id, event_type, error_code on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.record_opt_out();
comment on trigger delivery_reports_record_opt_out_update on public.delivery_reports is
  'A report first stored without its code counts when it becomes a failed 21610.';

create or replace function public.record_opt_out() returns trigger
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

comment on column public.opt_outs.ordinal is
  '1 for the first profile that this phone opted out of, 2 for the second, and so on. Its unique '
  'index makes concurrent reporters of one phone meet: see public.record_opt_out().';
comment on table public.opt_outs is
  'One row for each contact and profile that were told 21610. It outlives the reports and messages '
  'it came from, so it references neither.';
alter table public.opt_outs replica identity default;

drop index public.delivery_reports_opted_out_message_idx;
