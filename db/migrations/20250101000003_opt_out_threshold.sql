-- What an operator may need: another threshold, and opt-outs derived again from the reports.
-- For the default design and all that keep opt_outs and blocked_contacts as they are here.

-- migrate:up

create function public.hold_opt_outs() returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
-- Until the transaction ends nobody else records an opt-out or a block; messages go on, for they read
-- blocked_contacts and no more. Whoever has recorded one already is waited for, and whoever comes later
-- waits. The order of the locks is a reporter's own.
-- Above READ COMMITTED the snapshot would be older than the lock, and miss those waited for.
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'opt-outs are derived again at READ COMMITTED only'
      using errcode = 'invalid_transaction_state',
            hint = 'Begin the transaction with isolation level read committed.';
  end if;
  lock table public.opt_outs, public.blocked_contacts in share row exclusive mode;
end
$function$;
comment on function public.hold_opt_outs() is
  'Keeps other sessions from recording opt-outs until the transaction ends; messages are still sent.';

create function public.derive_blocked_contacts()
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
comment on function public.derive_blocked_contacts() is
  'Makes blocked_contacts what opt_outs and the threshold say, and tells every number that changed.';

create function public.set_opt_out_block_threshold(profiles integer)
returns table (blocked bigint, unblocked bigint)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
-- The threshold is a function, not a row, because of who reads it: a REPEATABLE READ reporter whose
-- snapshot is older than the change would still read the old row, store the opt-out that should now
-- block, and nobody would block. Functions are looked up as they are now, at every level; plans that
-- hold the old value are thrown away when the reporter gets its lock on opt_outs, which is after this
-- transaction has committed. Hence the only dynamic SQL of the schema, with one integer in it.
begin
  if profiles is null or profiles < 1 then
    raise exception 'the threshold must be at least 1, not %', coalesce(profiles::text, 'null')
      using errcode = 'invalid_parameter_value';
  end if;

  perform public.hold_opt_outs();

  execute format(
    'create or replace function public.opt_out_block_threshold() returns integer '
    'language sql stable parallel safe return %s',
    profiles
  );

  return query
  select
    count(*) filter (where d.difference = 'block was missing'),
    count(*) filter (where d.difference = 'block was unfounded')
  from public.derive_blocked_contacts() as d;
end
$function$;
comment on function public.set_opt_out_block_threshold(integer) is
  'Changes how many distinct profiles block a number, and derives the blocked contacts again, in one '
  'transaction, while messages are sent. Returns how many numbers it blocked and unblocked.';

create function public.rederive_opt_outs()
returns table (difference text, phone text, profile_id uuid)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
-- For a database whose reports are older than the triggers, or were loaded without them. Opt-outs
-- outlive their reports: one that has no report is told, and kept. A message that was moved to another
-- number counts for the number it has now. New opt-outs get the next ordinals, in the order of their
-- first reports. Reports wait until it is done, messages do not.
#variable_conflict use_column
begin
  perform public.hold_opt_outs();

  return query
  with reported as materialized (
    select distinct on (m.to_number, m.profile_id)
      m.to_number as phone,
      m.profile_id,
      r.id as first_report_id
    from public.delivery_reports as r
    join public.outbound_messages as m on m.id = r.message_id
    where r.event_type = 'failed'
      and r.error_code = 21610
      and m.profile_id is not null
    order by m.to_number, m.profile_id, r.id
  ),
  known as (
    select o.phone, max(o.ordinal) as last_ordinal
    from public.opt_outs as o
    group by o.phone
  ),
  recorded as (
    insert into public.opt_outs (phone, profile_id, ordinal)
    select
      n.phone,
      n.profile_id,
      coalesce(k.last_ordinal, 0)
        + row_number() over (partition by n.phone order by n.first_report_id)
    from reported as n
    left join known as k on k.phone = n.phone
    where not exists (
      select
      from public.opt_outs as o
      where o.phone = n.phone
        and o.profile_id = n.profile_id
    )
    returning opt_outs.phone, opt_outs.profile_id
  )
  select 'opt-out was missing', c.phone, c.profile_id
  from recorded as c
  union all
  select 'opt-out has no report', o.phone, o.profile_id
  from public.opt_outs as o
  where not exists (
    select
    from reported as n
    where n.phone = o.phone
      and n.profile_id = o.profile_id
  );

  return query
  select d.difference, d.phone, null::uuid
  from public.derive_blocked_contacts() as d;
end
$function$;
comment on function public.rederive_opt_outs() is
  'Derives opt_outs and blocked_contacts again from the delivery reports, and tells what differed.';

-- For the owner; an application reports and sends, and no more.
revoke all on function public.hold_opt_outs() from public;
revoke all on function public.derive_blocked_contacts() from public;
revoke all on function public.set_opt_out_block_threshold(integer) from public;
revoke all on function public.rederive_opt_outs() from public;

-- migrate:down

drop function public.rederive_opt_outs();
drop function public.set_opt_out_block_threshold(integer);
drop function public.derive_blocked_contacts();
drop function public.hold_opt_outs();
