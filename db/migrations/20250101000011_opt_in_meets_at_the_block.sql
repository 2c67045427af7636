-- Who blocks and who opts in meet at the block as well, so that neither a block that was there before its
-- opt-outs is lost, nor one stays where two opt-ins left too few.

-- migrate:up

create function public.lock_block(contact text) returns tid
language sql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- Here an opt-in meets who relies on a block that was there, and other opt-ins.
  select b.ctid
  from public.blocked_contacts as b
  where b.phone = lock_block.contact
  for update
$function$;
comment on function public.lock_block(text) is
  'Locks a contact''s row in blocked_contacts until the transaction ends. Returns its place; null where there is none.';
revoke all on function public.lock_block(text) from public;

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
-- So every opt-out takes an ordinal, and two sessions that want the same one meet in its unique index: the
-- second waits for the first. If the first commits, then
--   - at READ COMMITTED nothing is inserted, and the loop looks again with a fresh snapshot;
--   - at REPEATABLE READ and SERIALIZABLE "on conflict" finds a row that its snapshot does not show
--     and raises 40001 (serialization_failure), which the application retries.
-- Whoever does not block takes an ordinal below the threshold: the next one, or where opt-ins have left a
-- gap, a free one. There are fewer of those than it takes to block. So of as many opt-outs as block, one has
-- a higher ordinal. And an opt-out with such an ordinal has its block: who takes the ordinal makes the block,
-- or finds it and locks it; who takes a block away leaves no such ordinal behind. Nothing else is assumed: not
-- which of them was first, nor how old a snapshot is.
-- As many as block are read, the last ones first: a contact with thousands of opt-outs costs no more than
-- one with three. Locks: the message, and rows of this phone. Sessions that report several phones in one
-- transaction in different orders may deadlock (40P01): retry.
--
-- An opt-in takes opt-outs away (public.take_opt_outs()), and whoever relies on one meets it:
--   - who blocks locks as many others as it takes ("for key share"), until the transaction ends. If too
--     many went meanwhile, it takes another ordinal, as one who does not block. Where its own transaction
--     recorded those others, they meet at the block;
--   - who reports what is known already relies on its opt-out. A row that nobody has touched (xmax is 0) is
--     no opt-in's: such a report comes before any opt-in, which covers it. Else it waits for who has touched
--     the row.
-- Above READ COMMITTED both raise 40001.
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
    if new.event_type operator(pg_catalog.<>) 'failed'
      or old.message_id operator(pg_catalog.=) new.message_id
    then
      if new.event_type operator(pg_catalog.<>) 'failed' then
        return null;
      end if;
      -- A report that said so before this update is not news to an opt-in that came after it, or that is under
      -- way: then it holds the opt-out.
      if old.event_type operator(pg_catalog.=) 'failed'
        and old.error_code operator(pg_catalog.=) 21610
      then
        select m.to_number, m.profile_id
        into contact, profile
        from public.outbound_messages as m
        where m.id operator(pg_catalog.=) new.message_id;

        perform
        from public.opt_outs as o
        where o.phone operator(pg_catalog.=) contact
          and o.profile_id operator(pg_catalog.=) profile
        for key share;

        if public.is_covered(contact, profile, old.id::pg_catalog.text) is not false then
          return null;
        end if;
      end if;
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

  <<again>>
  loop
    others := 0;
    last_ordinal := 0;
    for known in
      select
        o.ordinal,
        case
          when o.profile_id operator(pg_catalog.=) profile then o.xmax operator(pg_catalog.=) 0
        end as is_untouched,
        public.opt_out_block_threshold() as enough
      from public.opt_outs as o
      where o.phone operator(pg_catalog.=) contact
      order by o.ordinal desc
      limit public.opt_out_block_threshold()
    loop
      if known.is_untouched then
        return null;
      end if;
      if known.is_untouched is false then
        perform
        from public.opt_outs as o
        where o.phone operator(pg_catalog.=) contact
          and o.profile_id operator(pg_catalog.=) profile
        for key share;

        if found then
          return null;
        end if;
        continue again;
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

    if not found then
      perform
      from public.opt_outs as o
      where o.phone operator(pg_catalog.=) contact
        and o.profile_id operator(pg_catalog.=) profile
      for key share;

      if found then
        return null;
      end if;
      continue again;
    end if;

    -- Without a gap this ordinal is below the threshold. The insert may have waited for a change of the
    -- threshold: from here on it stays what it is. What was read before may stop short of a higher one.
    if others operator(pg_catalog.+) 1 operator(pg_catalog.<) public.opt_out_block_threshold()
      and last_ordinal operator(pg_catalog.=) others
      and (known.enough operator(pg_catalog.<) public.opt_out_block_threshold()) is not true
    then
      return null;
    end if;

    perform
    from public.opt_outs as o
    where o.phone operator(pg_catalog.=) contact
      and o.profile_id operator(pg_catalog.<>) profile
    order by o.ordinal desc
    limit greatest(public.opt_out_block_threshold() operator(pg_catalog.-) 1, 1)
    for key share;
    get diagnostics others = row_count;

    if others operator(pg_catalog.+) 1 operator(pg_catalog.>=) public.opt_out_block_threshold() then
      loop
        insert into public.blocked_contacts (phone)
        values (contact)
        on conflict do nothing;

        exit when found;
        exit when public.lock_block(contact collate pg_catalog."default") is not null; -- a design's own applies
      end loop;
      return null;
    end if;

    -- Too few, or by now too few: an ordinal below the threshold, if there is one.
    delete from public.opt_outs as o
    where o.phone operator(pg_catalog.=) contact
      and o.profile_id operator(pg_catalog.=) profile;

    insert into public.opt_outs (phone, profile_id, ordinal)
    values (contact, profile, public.free_ordinal(contact))
    on conflict do nothing;

    if found then
      return null;
    end if;
  end loop;
end
$function$;

create or replace function public.take_opt_outs() returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- Locks all opt-outs of the phone, as a reporter does the last ones first, until there are no more: whoever
-- blocks by one of them is waited for, and may have recorded others meanwhile. Whoever comes later waits.
-- Then the block: who relies on it has locked it, and so has who opts in at the same time. The last of them
-- counts what all have left. Where there is no block, nobody has an ordinal that needs one, nor takes one
-- before this ends: for that it takes an opt-out that is locked here.
-- Numbered, and only then counted: whatever comes between takes an ordinal below the threshold. What has not
-- been numbered keeps its block.
-- The table's lock comes first, as a reporter's does, for public.hold_opt_outs().
-- Above READ COMMITTED the snapshot would be older than the locks, and miss those waited for.
declare
  taking public.opt_ins := new;
  contact text := taking.phone; -- without its collation: a design may give blocked_contacts another
  locked integer := -1;
  found_now integer;
  block tid;
  is_numbered boolean := false;
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'a contact is opted in at READ COMMITTED only'
      using errcode = 'invalid_transaction_state',
            hint = 'Begin the transaction with isolation level read committed.';
  end if;

  lock table public.opt_outs in row exclusive mode;

  loop
    perform
    from public.opt_outs as o
    where o.phone = contact
    order by o.ordinal desc
    for update;
    get diagnostics found_now = row_count;
    exit when found_now = locked;
    locked := found_now;
  end loop;

  delete from public.opt_outs as o
  where o.phone = contact
    and (o.profile_id = taking.profile_id or taking.profile_id is null);
  get diagnostics taking.opt_outs_taken = row_count;

  -- Not before: a report that found its opt-out here has an id from before this moment.
  taking.opted_in_at := clock_timestamp();

  block := public.lock_block(contact);

  loop
    begin
      if (
        select count(*)
        from public.opt_outs as o
        where o.phone = contact
      ) < public.opt_out_block_threshold()
      then
        perform public.number_opt_outs(contact);
        is_numbered := true;
      end if;
      exit;
    exception
      when unique_violation then
        null; -- by a reporter that has committed by now: with it there is one opt-out more to count
    end;
  end loop;

  delete from public.blocked_contacts as b
  where b.ctid = block
    and is_numbered
    and (
      select count(*)
      from public.opt_outs as o
      where o.phone = contact
    ) < public.opt_out_block_threshold();
  return taking;
end
$function$;

create or replace function public.derive_blocked_contacts()
returns table (blocked bigint, unblocked bigint)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set row_security = off
as $function$
-- Locks opt_outs and blocked_contacts against all who record, until the transaction ends; messages go on.
-- Only what differs is written: a number that stays blocked is blocked at every moment, for every
-- snapshot. Nobody else writes here meanwhile: so no "on conflict", which inserts speculatively and
-- confirms each row, and rows are deleted by their place.
-- Opt-outs that do not block need ordinals below the threshold (see public.record_opt_out()). Opt-ins, deleting
-- by hand and a lower threshold leave higher ones. The collation is said because a design may give
-- blocked_contacts another one.
begin
  perform public.hold_opt_outs();

  return query
  with differing as materialized (
    select d.phone, d.place, d.is_missing
    from public.differing_blocks() as d
  ),
  added as (
    insert into public.blocked_contacts (phone)
    select d.phone
    from differing as d
    where d.is_missing
    returning phone
  ),
  removed as (
    delete from public.blocked_contacts as b
    using differing as d
    where b.ctid = d.place
      and not d.is_missing
    returning b.phone
  )
  select
    (select count(*) from added),
    (select count(*) from removed);

  perform public.number_opt_outs(g.phone)
  from (
    select distinct o.phone
    from public.opt_outs as o
    where o.ordinal >= public.opt_out_block_threshold()
      and not exists (
        select
        from public.blocked_contacts as b
        where b.phone collate "C" = o.phone
      )
  ) as g;
end
$function$;

-- migrate:down

create or replace function public.derive_blocked_contacts()
returns table (blocked bigint, unblocked bigint)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set row_security = off
as $function$
-- Locks opt_outs and blocked_contacts against all who record, until the transaction ends; messages go on.
-- Only what differs is written: a number that stays blocked is blocked at every moment, for every
-- snapshot. Nobody else writes here meanwhile: so no "on conflict", which inserts speculatively and
-- confirms each row, and rows are deleted by their place.
-- Opt-outs that do not block need ordinals below the threshold (see public.record_opt_out()). Only opt-ins
-- leave gaps that make them higher.
begin
  perform public.hold_opt_outs();

  perform public.number_opt_outs(g.phone)
  from (
    select o.phone
    from public.opt_outs as o
    where o.phone in (select i.phone from public.opt_ins as i)
    group by o.phone
    having count(*) < public.opt_out_block_threshold()
      and max(o.ordinal) >= public.opt_out_block_threshold()
  ) as g;

  return query
  with differing as materialized (
    select d.phone, d.place, d.is_missing
    from public.differing_blocks() as d
  ),
  added as (
    insert into public.blocked_contacts (phone)
    select d.phone
    from differing as d
    where d.is_missing
    returning phone
  ),
  removed as (
    delete from public.blocked_contacts as b
    using differing as d
    where b.ctid = d.place
      and not d.is_missing
    returning b.phone
  )
  select
    (select count(*) from added),
    (select count(*) from removed);
end
$function$;

create or replace function public.take_opt_outs() returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- Locks all opt-outs of the phone, in the order of their ordinals, until there are no more: whoever blocks by
-- one of them is waited for, and may have recorded others meanwhile. Whoever comes later waits. So what is
-- counted afterwards is what there is: reporters that do not block by it take ordinals below the threshold, and
-- so are too few (see public.record_opt_out()). Hence those that are left get ordinals below the threshold,
-- too, where they no longer block.
-- Counted and unblocked in one statement: the block of somebody who relies on none of these is seen with the
-- opt-outs that it came with, or not at all.
-- The table's lock comes first, as a reporter's does, for public.hold_opt_outs().
-- Above READ COMMITTED the snapshot would be older than the locks, and miss those waited for.
declare
  taking public.opt_ins := new;
  contact text := taking.phone; -- without its collation: a design may give blocked_contacts another
  remaining integer := 0;
  locked integer;
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'a contact is opted in at READ COMMITTED only'
      using errcode = 'invalid_transaction_state',
            hint = 'Begin the transaction with isolation level read committed.';
  end if;

  lock table public.opt_outs in row exclusive mode;

  loop
    perform
    from public.opt_outs as o
    where o.phone = contact
    order by o.ordinal
    for update;
    get diagnostics locked = row_count;
    exit when locked = remaining;
    remaining := locked;
  end loop;

  delete from public.opt_outs as o
  where o.phone = contact
    and (o.profile_id = taking.profile_id or taking.profile_id is null);
  get diagnostics remaining = row_count;
  taking.opt_outs_taken := remaining;

  -- Not before: a report that found its opt-out here has an id from before this moment.
  taking.opted_in_at := clock_timestamp();

  loop
    begin
      delete from public.blocked_contacts as b
      where b.phone = contact
        and (
          select count(*)
          from public.opt_outs as o
          where o.phone = contact
        ) < public.opt_out_block_threshold();

      select count(*)
      into remaining
      from public.opt_outs as o
      where o.phone = contact;

      if remaining < public.opt_out_block_threshold() then
        perform public.number_opt_outs(contact);
      end if;
      exit;
    exception
      when unique_violation then
        null; -- by a reporter that has committed by now: with it there is one opt-out more to count
    end;
  end loop;
  return taking;
end
$function$;

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
-- So every opt-out takes an ordinal, and two sessions that want the same one meet in its unique index: the
-- second waits for the first. If the first commits, then
--   - at READ COMMITTED nothing is inserted, and the loop looks again with a fresh snapshot;
--   - at REPEATABLE READ and SERIALIZABLE "on conflict" finds a row that its snapshot does not show
--     and raises 40001 (serialization_failure), which the application retries.
-- Whoever does not block takes an ordinal below the threshold: the next one, or where opt-ins have left a
-- gap, a free one. There are fewer of those than it takes to block. So of as many opt-outs as block, one has
-- a higher ordinal, and who took that has blocked. Nothing else is assumed: not which of them was first, nor
-- how old a snapshot is.
-- As many as block are read, the last ones first: a contact with thousands of opt-outs costs no more than
-- one with three. Locks: the message, and rows of this phone. Sessions that report several phones in one
-- transaction in different orders may deadlock (40P01): retry.
--
-- An opt-in takes opt-outs away (public.take_opt_outs()), and whoever relies on one meets it:
--   - who blocks locks as many others as it takes ("for key share"), until the transaction ends. If too
--     many went meanwhile, it takes another ordinal, as one who does not block;
--   - who reports what is known already relies on its opt-out. A row that nobody has touched (xmax is 0) is
--     no opt-in's: such a report comes before any opt-in, which covers it. Else it waits for who has touched
--     the row.
-- Above READ COMMITTED both raise 40001.
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
    if new.event_type operator(pg_catalog.<>) 'failed'
      or old.message_id operator(pg_catalog.=) new.message_id
    then
      if new.event_type operator(pg_catalog.<>) 'failed' then
        return null;
      end if;
      -- A report that said so before this update is not news to an opt-in that came after it, or that is under
      -- way: then it holds the opt-out.
      if old.event_type operator(pg_catalog.=) 'failed'
        and old.error_code operator(pg_catalog.=) 21610
      then
        select m.to_number, m.profile_id
        into contact, profile
        from public.outbound_messages as m
        where m.id operator(pg_catalog.=) new.message_id;

        perform
        from public.opt_outs as o
        where o.phone operator(pg_catalog.=) contact
          and o.profile_id operator(pg_catalog.=) profile
        for key share;

        if public.is_covered(contact, profile, old.id::pg_catalog.text) is not false then
          return null;
        end if;
      end if;
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

  <<again>>
  loop
    others := 0;
    last_ordinal := 0;
    for known in
      select
        o.ordinal,
        case
          when o.profile_id operator(pg_catalog.=) profile then o.xmax operator(pg_catalog.=) 0
        end as is_untouched,
        public.opt_out_block_threshold() as enough
      from public.opt_outs as o
      where o.phone operator(pg_catalog.=) contact
      order by o.ordinal desc
      limit public.opt_out_block_threshold()
    loop
      if known.is_untouched then
        return null;
      end if;
      if known.is_untouched is false then
        perform
        from public.opt_outs as o
        where o.phone operator(pg_catalog.=) contact
          and o.profile_id operator(pg_catalog.=) profile
        for key share;

        if found then
          return null;
        end if;
        continue again;
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

    if not found then
      perform
      from public.opt_outs as o
      where o.phone operator(pg_catalog.=) contact
        and o.profile_id operator(pg_catalog.=) profile
      for key share;

      if found then
        return null;
      end if;
      continue again;
    end if;

    -- Without a gap this ordinal is below the threshold. The insert may have waited for a change of the
    -- threshold: from here on it stays what it is. What was read before may stop short of a higher one.
    if others operator(pg_catalog.+) 1 operator(pg_catalog.<) public.opt_out_block_threshold()
      and last_ordinal operator(pg_catalog.=) others
      and (known.enough operator(pg_catalog.<) public.opt_out_block_threshold()) is not true
    then
      return null;
    end if;

    perform
    from public.opt_outs as o
    where o.phone operator(pg_catalog.=) contact
      and o.profile_id operator(pg_catalog.<>) profile
    order by o.ordinal desc
    limit greatest(public.opt_out_block_threshold() operator(pg_catalog.-) 1, 1)
    for key share;
    get diagnostics others = row_count;

    if others operator(pg_catalog.+) 1 operator(pg_catalog.>=) public.opt_out_block_threshold() then
      insert into public.blocked_contacts (phone)
      values (contact)
      on conflict do nothing;
      return null;
    end if;

    -- Too few, or by now too few: an ordinal below the threshold, if there is one.
    delete from public.opt_outs as o
    where o.phone operator(pg_catalog.=) contact
      and o.profile_id operator(pg_catalog.=) profile;

    insert into public.opt_outs (phone, profile_id, ordinal)
    values (contact, profile, public.free_ordinal(contact))
    on conflict do nothing;

    if found then
      return null;
    end if;
  end loop;
end
$function$;

drop function public.lock_block(text);
