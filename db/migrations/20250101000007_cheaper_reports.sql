-- A 21610 costs less: fewer expressions, and no search_path to set.

-- migrate:up

create or replace function public.record_opt_out() returns trigger
language plpgsql
volatile
security definer
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
-- a contact with thousands of opt-outs costs no more than one with three. Last ordinal and count come
-- from one snapshot: of two sessions that do not meet, because the last opt-out was deleted meanwhile, one
-- has counted it. Locks: the message, and rows of this phone. Sessions that report several phones in one
-- transaction in different orders may deadlock (40P01): retry.
--
-- From a report it reads the message "for share": whoever moves that message to another number or
-- profile meets it there. The second of the two waits for the first, and then, at READ COMMITTED, sees
-- what the first did; a REPEATABLE READ reporter gets 40001, and so does one of two SERIALIZABLE ones. A
-- REPEATABLE READ mover whose snapshot is older than the report does not see it: rederive_opt_outs()
-- finds what it missed.
-- No scans: a session keeps the plans that it made while its tables were small. No search_path, because
-- every name in here is qualified: see public.refuse_blocked_contact(). Few expressions, because each is
-- set up anew in every transaction, which costs as much as reading a row.
declare
  contact pg_catalog.text collate pg_catalog."C";
  profile pg_catalog.uuid;
  others integer;
  last_ordinal integer;
  known record;
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
      and r.error_code operator(pg_catalog.=) 21610;

    if not found or new.profile_id is null then
      return null;
    end if;
    contact := new.to_number;
    profile := new.profile_id;
  end if;

  loop
    others := 0;
    last_ordinal := 0;
    for known in
      select o.profile_id, o.ordinal, public.opt_out_block_threshold() as enough
      from public.opt_outs as o
      where o.phone operator(pg_catalog.=) contact
      order by o.ordinal desc
      limit public.opt_out_block_threshold()
    loop
      if known.profile_id operator(pg_catalog.=) profile then
        return null;
      end if;
      last_ordinal := greatest(last_ordinal, known.ordinal);
      others := others operator(pg_catalog.+) 1;
    end loop;

    if pg_catalog.row_security_active('public.opt_outs'::pg_catalog.regclass) then
      raise exception 'row-level security may hide opt-outs, so that they would not be counted'
        using errcode = 'insufficient_privilege',
              hint = 'Exempt the owner of this function from the policies of opt_outs.';
    end if;

    insert into public.opt_outs (phone, profile_id, ordinal)
    values (contact, profile, last_ordinal operator(pg_catalog.+) 1)
    on conflict do nothing;

    exit when found;

    perform
    from public.opt_outs as o
    where o.phone operator(pg_catalog.=) contact
      and o.profile_id operator(pg_catalog.=) profile;

    if found then
      return null;
    end if;
  end loop;

  -- The insert may have waited for a change of the threshold: from here on it stays what it is. What was
  -- read before may stop short of a higher one.
  if known.enough operator(pg_catalog.<) public.opt_out_block_threshold() then
    select pg_catalog.count(*)
    into others
    from (
      select
      from public.opt_outs as o
      where o.phone operator(pg_catalog.=) contact
        and o.profile_id operator(pg_catalog.<>) profile
      limit public.opt_out_block_threshold()
    ) as counted;
  end if;

  if others operator(pg_catalog.+) 1 operator(pg_catalog.>=) public.opt_out_block_threshold() then
    insert into public.blocked_contacts (phone)
    values (contact)
    on conflict do nothing;
  end if;

  return null;
end
$function$;

-- migrate:down

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
