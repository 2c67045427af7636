-- An opt-in does not take a block away that was made by hand and that enough opt-outs have come to meanwhile.

-- migrate:up

create function public.lock_opt_outs_of(contact text) returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- In the order of their ordinals, and until there are no more: whoever relies on one is waited for, and may
-- have recorded others meanwhile.
declare
  locked integer := 0;
  found_now integer;
begin
  loop
    perform
    from public.opt_outs as o
    where o.phone = lock_opt_outs_of.contact
    order by o.ordinal
    for update;
    get diagnostics found_now = row_count;

    if found_now = locked then
      return locked;
    end if;
    locked := found_now;
  end loop;
end
$function$;
comment on function public.lock_opt_outs_of(text) is
  'Locks all opt-outs of a contact until the transaction ends, and returns how many there are.';

create or replace function public.take_opt_outs() returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- Locks all opt-outs of the phone: whoever blocks by one of them is waited for, and whoever comes later waits.
-- Reporters that do not block by one of them take ordinals below the threshold, and so are too few (see
-- public.record_opt_out()). Hence those that are left get ordinals below the threshold, too, where they no
-- longer block.
-- Counted and unblocked in one statement: a block that somebody made who relies on none of these is seen with
-- the opt-outs that it came with, or not at all. A block that was there before its opt-outs, made by hand, is
-- seen without them. Who relies on such a one has locked others' opt-outs: so they are locked again after it
-- went, and it comes back where there are enough of them.
-- The table's lock comes first, as a reporter's does, for public.hold_opt_outs(). Where two report one after
-- the other while it works, it may deadlock with the second (40P01): retry.
-- Above READ COMMITTED the snapshot would be older than the locks, and miss those waited for.
declare
  taking public.opt_ins := new;
  contact text := taking.phone; -- without its collation: a design may give blocked_contacts another
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'a contact is opted in at READ COMMITTED only'
      using errcode = 'invalid_transaction_state',
            hint = 'Begin the transaction with isolation level read committed.';
  end if;

  lock table public.opt_outs in row exclusive mode;

  perform public.lock_opt_outs_of(contact);

  delete from public.opt_outs as o
  where o.phone = contact
    and (o.profile_id = taking.profile_id or taking.profile_id is null);
  get diagnostics taking.opt_outs_taken = row_count;

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

      if found
        and public.lock_opt_outs_of(contact) >= public.opt_out_block_threshold()
      then
        insert into public.blocked_contacts (phone)
        values (contact);
      end if;

      if (
        select count(*)
        from public.opt_outs as o
        where o.phone = contact
      ) < public.opt_out_block_threshold()
      then
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

revoke all on function public.lock_opt_outs_of(text) from public;

-- migrate:down

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

drop function public.lock_opt_outs_of(text);
