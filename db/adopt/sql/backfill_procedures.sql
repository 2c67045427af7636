create or replace procedure opt_out_adoption.take_backfill()
language plpgsql
as $procedure$
begin
  if not pg_try_advisory_lock(hashtextextended('opt_out_adoption.backfill', 0)) then
    raise exception 'the backfill is under way in another session'
      using errcode = 'object_in_use';
  end if;
end
$procedure$;
comment on procedure opt_out_adoption.take_backfill() is 'Keeps other sessions from the backfill.';

create or replace procedure opt_out_adoption.leave_backfill()
language plpgsql
as $procedure$
begin
  perform pg_advisory_unlock(hashtextextended('opt_out_adoption.backfill', 0));
end
$procedure$;
comment on procedure opt_out_adoption.leave_backfill() is 'Lets another session go on with the backfill.';

create or replace procedure opt_out_adoption.drop_notes()
language plpgsql
as $procedure$
-- One part after another, with a pause: while gigabytes are freed at once, the commits of others wait for the disk.
declare
  part_of_notes regclass;
begin
  for part_of_notes in
    select i.inhrelid::regclass
    from pg_inherits as i
    where i.inhparent = 'opt_out_adoption.reported'::regclass
  loop
    execute format('drop table %s', part_of_notes);
    commit;
    perform pg_sleep(0.1);
  end loop;
end
$procedure$;
comment on procedure opt_out_adoption.drop_notes() is 'Frees what the notes of the backfill took.';

create or replace procedure opt_out_adoption.read_reports(batch_ms integer)
language plpgsql
as $procedure$
-- Notes who opted out of whom by the reports that are there, in the order of the messages that they name: the
-- index of the opt-outs is read once, and other reports not at all. Those that an opt-in covers are left out.
-- Each batch is a transaction of about batch_ms milliseconds that also notes how far it came. Locks nothing
-- that anybody else uses. The notes are kept in parts, so that each is soon sorted and soon dropped.
declare
  notes_in_part constant integer := 2000000;
  part_of_notes integer;
  reached opt_out_adoption.adoption;
  batch_size integer := 1000;
  batch_end "{reference type}";
  began timestamptz;
  told timestamptz := clock_timestamp();
begin
  loop
    began := clock_timestamp();
    -- by indexes, whatever the planner thinks of the tables as a whole; of a short range of uuids it thinks
    -- that it holds one row
    perform
      set_config('enable_seqscan', 'off', true),
      set_config('enable_hashjoin', 'off', true),
      set_config('enable_mergejoin', 'off', true),
      set_config('plan_cache_mode', 'force_custom_plan', true);

    select a.*
    into strict reached
    from opt_out_adoption.adoption as a
    for update;

    part_of_notes := reached.noted / notes_in_part;
    if to_regclass(format('opt_out_adoption.reported_%s', part_of_notes)) is null then
      -- without autovacuum: 03 vacuums them itself, and would have to wait for it
      execute format(
        'create unlogged table opt_out_adoption.reported_%1$s partition of opt_out_adoption.reported
         for values in (%1$s) with (autovacuum_enabled = off)',
        part_of_notes
      );
    end if;

    select "{r.message}"
    into batch_end
    from "{reports}" as r
    where "{r.has code}"
      and (reached.last_reference is null or "{r.message}" > reached.last_reference)
    order by "{r.message}"
    offset batch_size - 1
    limit 1;

    insert into opt_out_adoption.reported (part, phone, profile_id)
    select part_of_notes, "{m.number}", "{m.sender}"
    from "{reports}" as r
    join "{messages}" as m on "{m.reference}" = "{r.message}"
    where "{r.counts}"
      and "{m.sender}" is not null
      and (
        not (
          select exists (
            select
            from "{schema}".opt_ins
          )
        )
        or not exists (
          select
          from "{schema}".opt_ins as i
          where i.phone = "{m.number}"
        )
        or "{schema}".is_covered("{m.number}", "{m.sender}", "{r.id}"::text) is false
      )
      and (reached.last_reference is null or "{r.message}" > reached.last_reference)
      and (batch_end is null or "{r.message}" <= batch_end);
    get diagnostics reached.noted = row_count;

    update opt_out_adoption.adoption as a
    set
      last_reference = coalesce(batch_end, a.last_reference),
      noted = a.noted + reached.noted,
      phase = case when batch_end is null then 'sort' else 'read' end
    returning a.noted into reached.noted;
    commit;
    exit when batch_end is null;

    batch_size := case
      when clock_timestamp() > began + batch_ms * interval '1 ms' then greatest(batch_size / 2, 100)
      when clock_timestamp() < began + batch_ms * interval '0.5 ms' then least(batch_size * 2, 100000)
      else batch_size
    end;
    if clock_timestamp() > told + interval '5 s' then
      raise notice 'read: % opt-outs noted', reached.noted;
      told := clock_timestamp();
    end if;
  end loop;
end
$procedure$;
comment on procedure opt_out_adoption.read_reports(integer) is
  'Notes the opt-outs of the reports that are there.';

create or replace procedure opt_out_adoption.sort_opt_outs()
language plpgsql
as $procedure$
-- An index over each part of the notes, so that they are recorded in the order of numbers: those that follow go
-- where the last ones went, into the same pages of the indexes. A transaction for each part; locks nothing that
-- anybody else uses. It takes as many processes as max_parallel_maintenance_workers allows.
declare
  part_of_notes record;
  told timestamptz := clock_timestamp();
begin
  for part_of_notes in
    select
      c.oid::regclass as own,
      c.relname || '_phone_profile_id_idx' as index,
      row_number() over (order by c.oid) as place,
      count(*) over () as parts
    from pg_inherits as i
    join pg_class as c on c.oid = i.inhrelid
    where i.inhparent = 'opt_out_adoption.reported'::regclass
    order by c.oid
  loop
    execute format(
      'create index if not exists %I on %s (phone, profile_id)', part_of_notes.index, part_of_notes.own
    );
    commit;
    if clock_timestamp() > told + interval '5 s' then
      raise notice 'sort: % of % parts', part_of_notes.place, part_of_notes.parts;
      told := clock_timestamp();
    end if;
  end loop;

  update opt_out_adoption.adoption
  set phase = 'record', last_phone = null;
  commit;
end
$procedure$;
comment on procedure opt_out_adoption.sort_opt_outs() is
  'Puts what was noted into the order of numbers.';

create or replace procedure opt_out_adoption.record_opt_outs(batch_ms integer default 50)
language plpgsql
as $procedure$
-- Records what was noted, some numbers at a time, in their order, each batch a transaction of about batch_ms
-- milliseconds that also notes how far it came.
--
-- Beside it, triggers record what is reported now. The two meet as two reporters do, in the unique indexes
-- of opt_outs: see record_opt_out(). Who wants to insert what another has inserted waits for the other's commit.
-- It is waited for no longer than lock_timeout; then, and where the other one did commit or there was a
-- deadlock, the batch is undone and tried again with a fresh snapshot, and half as much. Whom to block is asked
-- after the batch's opt-outs are in, so that it sees those of everybody who came first; who comes after it waits
-- for it and sees them. Opt-ins and batches wait for each other, by a lock on opt_ins: whoever opted in since
-- the backfill began is passed over. Locks: rows of the batch's numbers, for which reports may wait, and
-- messages never.
-- Needs READ COMMITTED.
declare
  reached opt_out_adoption.adoption;
  batch_size integer := 1000;
  batch_end text collate "C";
  began timestamptz;
  told timestamptz := clock_timestamp();
  gave_way integer := 0;
begin
  if exists (
    select
    from opt_out_adoption.adoption as a
    where a.phase <> 'record'
      or a.noted > 0
        and not exists (select from opt_out_adoption.reported)
  ) then
    raise exception 'there is nothing noted to record'
      using errcode = 'object_not_in_prerequisite_state',
            hint = 'Run 03_backfill.sql from its beginning.';
  end if;
  call opt_out_adoption.take_backfill();

  loop
    began := clock_timestamp();
    begin
      perform
        set_config('enable_seqscan', 'off', true),
        set_config('plan_cache_mode', 'force_custom_plan', true);

      select a.*
      into strict reached
      from opt_out_adoption.adoption as a
      for update;

      lock table "{schema}".opt_ins in share mode;

      select n.phone
      into batch_end
      from opt_out_adoption.reported as n
      where reached.last_phone is null
        or n.phone > reached.last_phone
      order by n.phone
      offset batch_size - 1
      limit 1;

      if exists (select from "{schema}".opt_ins) then
        -- Opt-ins may leave gaps, and reporters take free ordinals below the threshold: see record_opt_out().
        perform "{schema}".number_opt_outs(g.phone)
        from (
          select o.phone
          from "{schema}".opt_outs as o
          where o.phone in (select i.phone from "{schema}".opt_ins as i)
            and (reached.last_phone is null or o.phone > reached.last_phone)
            and (batch_end is null or o.phone <= batch_end)
          group by o.phone
          having max(o.ordinal) > count(*)
        ) as g;
      end if;

      insert into "{schema}".opt_outs (phone, profile_id, ordinal)
      select
        b.phone,
        b.profile_id,
        coalesce(l.ordinal, 0) + row_number() over (partition by b.phone order by b.profile_id)
      from (
        select distinct n.phone, n.profile_id
        from opt_out_adoption.reported as n
        where (reached.last_phone is null or n.phone > reached.last_phone)
          and (batch_end is null or n.phone <= batch_end)
      ) as b
      left join (
        select o.phone, max(o.ordinal) as ordinal
        from "{schema}".opt_outs as o
        where (reached.last_phone is null or o.phone > reached.last_phone)
          and (batch_end is null or o.phone <= batch_end)
        group by o.phone
      ) as l on l.phone = b.phone
      where not exists (
          select
          from "{schema}".opt_outs as k
          where k.phone = b.phone
            and k.profile_id = b.profile_id
            and (reached.last_phone is null or k.phone > reached.last_phone)
            and (batch_end is null or k.phone <= batch_end)
        )
        and not exists (
          select
          from "{schema}".opt_ins as i
          where i.phone = b.phone
            and (i.profile_id = b.profile_id or i.profile_id is null)
            and i.opted_in_at >= reached.began_at
        )
      order by b.phone, b.profile_id;
      get diagnostics reached.recorded = row_count;

      insert into "{schema}".blocked_contacts (phone)
      select o.phone
      from "{schema}".opt_outs as o
      where (reached.last_phone is null or o.phone > reached.last_phone)
        and (batch_end is null or o.phone <= batch_end)
      group by o.phone
      having count(*) >= "{schema}".opt_out_block_threshold()
      order by o.phone
      on conflict do nothing;

      update opt_out_adoption.adoption as a
      set
        last_phone = coalesce(batch_end, a.last_phone),
        recorded = a.recorded + reached.recorded
      returning a.recorded into reached.recorded;
      gave_way := 0;
    exception
      when lock_not_available or deadlock_detected or unique_violation then
        gave_way := gave_way + 1;
        if gave_way = 300 then
          raise;
        end if;
        batch_size := greatest(batch_size / 2, 1);
        perform pg_sleep(0.05); -- without any lock
    end;
    commit;
    continue when gave_way > 0;
    exit when batch_end is null;

    batch_size := case
      when clock_timestamp() > began + batch_ms * interval '1 ms' then greatest(batch_size / 2, 10)
      when clock_timestamp() < began + batch_ms * interval '0.5 ms' then least(batch_size * 2, 100000)
      else batch_size
    end;
    if clock_timestamp() > told + interval '5 s' then
      raise notice 'record: % opt-outs recorded, of % noted', reached.recorded, reached.noted;
      told := clock_timestamp();
    end if;
  end loop;

  call opt_out_adoption.drop_notes();
  update opt_out_adoption.adoption
  set phase = 'finished', finished_at = now();
  commit;
  raise notice 'finished: % opt-outs recorded', reached.recorded;
  call opt_out_adoption.leave_backfill();
end
$procedure$;
comment on procedure opt_out_adoption.record_opt_outs(integer) is
  'Second half of the backfill: records the opt-outs, and blocks, beside the triggers.';

create or replace procedure opt_out_adoption.note_opt_outs(batch_ms integer default 50)
language plpgsql
as $procedure$
-- Goes on where it stopped; once the backfill is finished, it begins anew. It also begins anew where the notes
-- are gone: they are not logged, so that a crash empties them.
declare
  reached opt_out_adoption.adoption;
begin
  call opt_out_adoption.take_backfill();

  select a.*
  into strict reached
  from opt_out_adoption.adoption as a
  for update;

  if reached.phase = 'finished'
    or reached.noted > 0
      and not exists (select from opt_out_adoption.reported)
  then
    call opt_out_adoption.drop_notes();
    update opt_out_adoption.adoption
    set phase = 'read', last_reference = null, noted = 0, last_phone = null, recorded = 0, began_at = null, finished_at = null
    returning * into reached;
  end if;
  if reached.began_at is null then
    -- whoever has opted in before that moment has committed by then, and is seen
    lock table "{schema}".opt_ins in share mode;
    update opt_out_adoption.adoption
    set began_at = clock_timestamp();
  end if;
  commit;

  if reached.phase = 'read' then
    call opt_out_adoption.read_reports(batch_ms);
  end if;
  if reached.phase <> 'record' then
    call opt_out_adoption.sort_opt_outs();
  end if;
  call opt_out_adoption.leave_backfill();
end
$procedure$;
comment on procedure opt_out_adoption.note_opt_outs(integer) is
  'First half of the backfill: notes the opt-outs of reports that are older than the triggers, in the order of numbers.';

revoke all on all procedures in schema opt_out_adoption from public;
