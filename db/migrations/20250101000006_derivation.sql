-- Blocked contacts are derived by a function that takes its own lock and returns counts.

-- migrate:up

create function public.differing_blocks()
returns table (phone text, place tid, is_missing boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
set row_security = off
as $function$
-- Locks nothing; reads with the statement's snapshot.
-- Both sides come out of their indexes in the order of phones: one pass, no sort, no hash table. The
-- collation is said because a design may give blocked_contacts another one.
-- Where a policy would hide rows from whoever derives, it is told (42501): a part would pass for all.
  with enough as (
    select o.phone
    from public.opt_outs as o
    group by o.phone
    having count(*) >= public.opt_out_block_threshold()
  )
  select coalesce(e.phone, b.phone), b.ctid, b.phone is null
  from enough as e
  full join public.blocked_contacts as b on b.phone collate "C" = e.phone
  where e.phone is null
    or b.phone is null
$function$;
comment on function public.differing_blocks() is
  'The numbers whose block is missing or unfounded by what opt_outs and the threshold say, and where the row is.';

drop function public.derive_blocked_contacts();
create function public.derive_blocked_contacts()
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
end
$function$;
comment on function public.derive_blocked_contacts() is
  'Makes blocked_contacts what opt_outs and the threshold say. Returns how many numbers it blocked and unblocked.';

create or replace function public.set_opt_out_block_threshold(profiles integer)
returns table (blocked bigint, unblocked bigint)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set row_security = off
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
  select d.blocked, d.unblocked
  from public.derive_blocked_contacts() as d;
end
$function$;

create or replace function public.rederive_opt_outs()
returns table (difference text, phone text, profile_id uuid)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set row_security = off
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
  select
    case when d.is_missing then 'block was missing' else 'block was unfounded' end,
    d.phone,
    null::uuid
  from public.differing_blocks() as d;

  perform public.derive_blocked_contacts();
end
$function$;

-- For the owner, as before.
revoke all on function public.differing_blocks() from public;
revoke all on function public.derive_blocked_contacts() from public;

-- migrate:down

drop function public.derive_blocked_contacts();
create function public.derive_blocked_contacts()
returns table (difference text, phone text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set row_security = off
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
comment on function public.derive_blocked_contacts() is
  'Makes blocked_contacts what opt_outs and the threshold say, and tells every number that changed.';
revoke all on function public.derive_blocked_contacts() from public;

create or replace function public.set_opt_out_block_threshold(profiles integer)
returns table (blocked bigint, unblocked bigint)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set row_security = off
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

create or replace function public.rederive_opt_outs()
returns table (difference text, phone text, profile_id uuid)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set row_security = off
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

drop function public.differing_blocks();
