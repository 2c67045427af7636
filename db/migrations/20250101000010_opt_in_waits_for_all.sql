-- An opt-in waits for everybody who relies on the opt-outs that it finds, also for those who came while it waited.

-- migrate:up

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

-- migrate:down

create or replace function public.take_opt_outs() returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- Locks all opt-outs of the phone, in the order of their ordinals: whoever blocks by one of them is waited
-- for, and whoever comes later waits. So what is counted afterwards is what there is: reporters that do not
-- block by it take ordinals below the threshold, and so are too few (see public.record_opt_out()). Hence
-- those that are left get ordinals below the threshold, too, where they no longer block.
-- The table's lock comes first, as a reporter's does, for public.hold_opt_outs().
-- Above READ COMMITTED the snapshot would be older than the locks, and miss those waited for.
declare
  taking public.opt_ins := new;
  contact text := taking.phone; -- without its collation: a design may give blocked_contacts another
  remaining integer;
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'a contact is opted in at READ COMMITTED only'
      using errcode = 'invalid_transaction_state',
            hint = 'Begin the transaction with isolation level read committed.';
  end if;

  lock table public.opt_outs in row exclusive mode;

  perform
  from public.opt_outs as o
  where o.phone = contact
  order by o.ordinal
  for update;

  delete from public.opt_outs as o
  where o.phone = contact
    and (o.profile_id = taking.profile_id or taking.profile_id is null);
  get diagnostics remaining = row_count;
  taking.opt_outs_taken := remaining;

  -- Not before: a report that found its opt-out here has an id from before this moment.
  taking.opted_in_at := clock_timestamp();

  loop
    begin
      select count(*)
      into remaining
      from public.opt_outs as o
      where o.phone = contact;

      if remaining < public.opt_out_block_threshold() then
        delete from public.blocked_contacts as b
        where b.phone = contact;
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
