-- 5. Verify: fails where a report that no opt-in covers has no opt-out, a number is blocked that should not be or the reverse, or
-- a trigger is off. Writes nothing.
--
-- Locks: none but those of reading.
-- Isolation: REPEATABLE READ, read only: everything is compared as it was at one moment.
-- Again: as often as you like; it reads every opt-out.

-- {settings}

begin transaction isolation level repeatable read read only;

do $adopt$
declare
  fault text;
  faults bigint;
  opt_outs bigint;
  blocked bigint;
begin
  select string_agg(w.name, ', ' order by w.name)
  into fault
  from unnest(array['{record insert name}', '{record update name}', '{record move name}', '{refuse insert name}', '{refuse update name}', 'opt_ins_take_opt_outs_insert'])
    as w (name)
  where not exists (
    select
    from pg_catalog.pg_trigger as t
    where t.tgname = w.name
      and t.tgrelid in ('{messages}'::regclass, '{reports}'::regclass, '{schema}.opt_ins'::regclass)
      and t.tgenabled in ('O', 'A')
  );
  if fault is not null then
    raise exception 'absent or disabled: trigger %', fault
      using errcode = 'object_not_in_prerequisite_state';
  end if;

  select string_agg(format('%s on %s', t.tgname, t.tgrelid::regclass), ', ' order by t.tgname)
  into fault
  from pg_catalog.pg_trigger as t
  where t.tgparentid <> 0
    and t.tgfoid in ('{schema}.record_opt_out()'::regprocedure, '{schema}.refuse_blocked_contact()'::regprocedure, '{schema}.{check}()'::regprocedure)
    and t.tgenabled not in ('O', 'A');
  if fault is not null then
    raise exception 'disabled on a partition: trigger %', fault
      using errcode = 'object_not_in_prerequisite_state';
  end if;

  with reported as (
    select distinct "{m.number}" as phone, "{m.sender}" as profile_id
    from "{reports}" as r
    join "{messages}" as m on "{m.reference}" = "{r.message}"
    where "{r.counts}"
      and "{m.sender}" is not null
      and (
        not exists (
          select
          from "{schema}".opt_ins as i
          where i.phone = "{m.number}"
        )
        or "{schema}".is_covered("{m.number}", "{m.sender}", "{r.id}"::text) is false
      )
  )
  select count(*), min(n.phone)
  into faults, fault
  from reported as n
  where not exists (
    select
    from "{schema}".opt_outs as o
    where o.phone = n.phone
      and o.profile_id = n.profile_id
  );
  if faults > 0 then
    raise exception '% opt-outs are missing, of % among others: run 03_backfill.sql again', faults, fault
      using errcode = 'data_exception';
  end if;

  select count(*), min(d.phone)
  into faults, fault
  from "{schema}".differing_blocks() as d;
  if faults > 0 then
    raise exception '% blocks are missing or unfounded, of % among others: select * from {schema}.derive_blocked_contacts()', faults, fault
      using errcode = 'data_exception';
  end if;

  select count(*) into opt_outs from "{schema}".opt_outs;
  select count(*) into blocked from "{schema}".blocked_contacts;
  raise notice 'verified: % opt-outs, % blocked numbers', opt_outs, blocked;
end
$adopt$;

commit;
