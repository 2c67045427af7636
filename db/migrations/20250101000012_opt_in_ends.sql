-- An opt-in ends whatever ordinals it finds: where rows written by hand began at 0, it wanted one that the next
-- of them had, and tried for ever. And what it has numbered decides whether it unblocks.

-- migrate:up

create or replace function public.number_opt_outs(contact text) returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- One after the other, so that each finds its new ordinal free: those that go up (they are the first, and have
-- ordinals below 1 among them) from the last to the first, then the others from the first to the last. One
-- that a reporter has taken meanwhile is waited for, and raises 23505 if the reporter commits.
declare
  known record;
begin
  for known in
    select o.profile_id, o.place
    from (
      select profile_id, ordinal, row_number() over (order by ordinal) as place
      from public.opt_outs
      where phone = number_opt_outs.contact
    ) as o
    order by case when o.ordinal < o.place then -o.place else o.place end
  loop
    update public.opt_outs as o
    set ordinal = known.place
    where o.phone = number_opt_outs.contact
      and o.profile_id = known.profile_id
      and o.ordinal <> known.place;
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
-- Numbered, and unblocked only where that leaves no ordinal that needs a block: an opt-out may have come into a
-- gap since they were counted, and whatever comes afterwards takes an ordinal below the threshold, or waits. What
-- has not been numbered keeps its block.
-- The table's lock comes first, as a reporter's does, for public.hold_opt_outs().
-- Above READ COMMITTED the snapshot would be older than the locks, and miss those waited for.
declare
  taking public.opt_ins := new;
  contact text := taking.phone; -- without its collation: a design may give blocked_contacts another
  locked integer := -1;
  found_now integer;
  block tid;
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

        delete from public.blocked_contacts as b
        where b.ctid = block
          and not exists (
            select
            from public.opt_outs as o
            where o.phone = contact
              and o.ordinal >= public.opt_out_block_threshold()
          );
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

-- migrate:down

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

create or replace function public.number_opt_outs(contact text) returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- One after the other, so that each finds its new ordinal free. One that a reporter has taken meanwhile is
-- waited for, and raises 23505 if the reporter commits.
declare
  known record;
begin
  for known in
    select o.profile_id, row_number() over (order by o.ordinal) as place
    from public.opt_outs as o
    where o.phone = number_opt_outs.contact
    order by o.ordinal
  loop
    update public.opt_outs as o
    set ordinal = known.place
    where o.phone = number_opt_outs.contact
      and o.profile_id = known.profile_id
      and o.ordinal <> known.place;
  end loop;
end
$function$;
