-- What an operator may need: another threshold, opt-outs derived again from the reports, and a number
-- forgotten. Called at the coordinator. These are statements over all shards, outside of any trigger.

-- migrate:up

set local citus.multi_shard_modify_mode = 'sequential';

create function public.hold_opt_outs() returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
-- Until the transaction ends nobody else records an opt-out or a block, at any node; messages go on. Whoever
-- has recorded one already is waited for, and whoever comes later waits.
-- The locks are those of the distributed tables, which Citus takes at every node. A trigger locks shards and
-- meets none of them: its report does, so delivery_reports is locked too.
-- Above READ COMMITTED the snapshot would be older than the lock, and miss those waited for.
-- Sequential: each worker commits its part, locks, functions and rows, at one moment.
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'opt-outs are derived again at READ COMMITTED only'
      using errcode = 'invalid_transaction_state',
            hint = 'Begin the transaction with isolation level read committed.';
  end if;
  set local citus.multi_shard_modify_mode = 'sequential';
  lock table public.delivery_reports, public.opt_outs, public.blocked_contacts
    in share row exclusive mode;
end
$function$;
comment on function public.hold_opt_outs() is
  'Keeps other sessions from recording opt-outs until the transaction ends; messages are still sent.';

create function public.derive_blocked_contacts()
returns table (blocked bigint, unblocked bigint)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set row_security = off
as $function$
-- Two statements that every shard answers by itself. Only what differs is written: a number that stays
-- blocked is blocked at every moment, for every snapshot.
begin
  perform public.hold_opt_outs();

  insert into public.blocked_contacts (phone)
  select o.phone
  from public.opt_outs as o
  group by o.phone
  having count(*) >= public.opt_out_block_threshold()
  on conflict do nothing;

  get diagnostics blocked = row_count;

  delete from public.blocked_contacts as b
  where (
    select count(*)
    from public.opt_outs as o
    where o.phone = b.phone
  ) < public.opt_out_block_threshold();

  get diagnostics unblocked = row_count;
  return next;
end
$function$;
comment on function public.derive_blocked_contacts() is
  'Makes blocked_contacts what opt_outs and the threshold say. Returns how many numbers it blocked and unblocked.';

create function public.set_opt_out_block_threshold(profiles integer)
returns table (blocked bigint, unblocked bigint)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set row_security = off
as $function$
-- The threshold is a function, not a row, because of who reads it: a REPEATABLE READ reporter whose
-- snapshot is older than the change would still read the old row, store the opt-out that should now
-- block, and nobody would block. Functions are looked up as they are now, at every level. Citus makes it
-- anew at every node, in the transaction that holds the locks there.
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
  select d.blocked, d.unblocked
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
set row_security = off
as $function$
-- For a database whose reports are older than the triggers, or were loaded without them. Opt-outs
-- outlive their reports: one that has no report is told, and kept. New opt-outs get the next ordinals, in
-- the order of their first reports. Reports wait until it is done, messages do not. Every statement joins
-- by the phone, so that each shard answers it by itself.
#variable_conflict use_column
begin
  perform public.hold_opt_outs();

  return query
  insert into public.opt_outs as recorded (phone, profile_id, ordinal)
  select
    n.phone,
    n.profile_id,
    coalesce(k.last_ordinal, 0)
      + row_number() over (partition by n.phone order by n.first_report_id)
  from (
    select distinct on (m.to_number, m.profile_id)
      m.to_number as phone,
      m.profile_id,
      r.id as first_report_id
    from public.delivery_reports as r
    join public.outbound_messages as m on m.to_number = r.to_number and m.id = r.message_id
    where r.event_type = 'failed'
      and r.error_code = 21610
      and m.profile_id is not null
    order by m.to_number, m.profile_id, r.id
  ) as n
  left join (
    select o.phone, max(o.ordinal) as last_ordinal
    from public.opt_outs as o
    group by o.phone
  ) as k on k.phone = n.phone
  where not exists (
    select
    from public.opt_outs as o
    where o.phone = n.phone
      and o.profile_id = n.profile_id
  )
  returning 'opt-out was missing'::text, recorded.phone, recorded.profile_id;

  return query
  select 'opt-out has no report'::text, o.phone, o.profile_id
  from public.opt_outs as o
  where not exists (
    select
    from public.delivery_reports as r
    join public.outbound_messages as m on m.to_number = r.to_number and m.id = r.message_id
    where r.to_number = o.phone
      and m.profile_id = o.profile_id
      and r.event_type = 'failed'
      and r.error_code = 21610
  );

  return query
  select
    case when b.phone is null then 'block was missing' else 'block was unfounded' end,
    coalesce(e.phone, b.phone),
    null::uuid
  from (
    select o.phone
    from public.opt_outs as o
    group by o.phone
    having count(*) >= public.opt_out_block_threshold()
  ) as e
  full join public.blocked_contacts as b on b.phone = e.phone
  where e.phone is null
    or b.phone is null;

  perform public.derive_blocked_contacts();
end
$function$;
comment on function public.rederive_opt_outs() is
  'Derives opt_outs and blocked_contacts again from the delivery reports, and tells what differed.';

create function public.forget_opt_outs(phones text[]) returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set row_security = off
as $function$
begin
  delete from public.opt_outs as o
  where o.phone = any (phones);

  delete from public.blocked_contacts as b
  where b.phone = any (phones);
end
$function$;
comment on function public.forget_opt_outs(text[]) is
  'Forgets what these numbers opted out of, and unblocks them: they may be written to again.';

-- For the owner; an application reports and sends, and no more.
revoke all on function public.hold_opt_outs() from public;
revoke all on function public.derive_blocked_contacts() from public;
revoke all on function public.set_opt_out_block_threshold(integer) from public;
revoke all on function public.rederive_opt_outs() from public;
revoke all on function public.forget_opt_outs(text[]) from public;

-- migrate:down

set local citus.multi_shard_modify_mode = 'sequential';

drop function public.forget_opt_outs(text[]);
drop function public.rederive_opt_outs();
drop function public.set_opt_out_block_threshold(integer);
drop function public.derive_blocked_contacts();
drop function public.hold_opt_outs();
