create or replace procedure opt_out_adoption.backfill(batch_ms integer default 50)
language plpgsql
as $procedure$
-- Works through the reports that are older than the triggers, in the order of the messages that they name:
-- the index of the opt-outs is read once, and other reports not at all. Each batch is a transaction of about
-- batch_ms milliseconds that notes how far it came; who calls it again goes on there. Once it is finished, a
-- call begins anew.
--
-- Beside it, triggers record what is reported now. The two meet as two reporters do, in the unique indexes
-- of opt_outs: see record_opt_out(). What one wants to insert and another has inserted is waited for and left
-- out, then looked for again with a fresh snapshot. Whom to block is asked after the batch's opt-outs are in,
-- so that it sees those of everybody it waited for. Locks: rows of the batch's numbers, for which reports
-- may wait, and messages never. Where it would wait longer than lock_timeout, or is chosen in a deadlock, it
-- gives way and tries again with less. Needs READ COMMITTED.
declare
  reached opt_out_adoption.adoption;
  batch_size integer := 200;
  batch_end "{reference type}";
  counted bigint;
  missing bigint;
  added bigint;
  phones text[];
  batch_phones text[];
  began timestamptz;
  told timestamptz := pg_catalog.clock_timestamp();
  gave_way integer := 0;
  is_last boolean := false;
begin
  update opt_out_adoption.adoption
  set last_reference = null, reports = 0, opt_outs = 0, finished_at = null
  where finished_at is not null;
  commit;

  while not is_last loop
    began := pg_catalog.clock_timestamp();
    begin
      select a.*
      into strict reached
      from opt_out_adoption.adoption as a
      for update;

      select "{r.message}"
      into batch_end
      from "{reports}" as r
      where "{r.has code}"
        and (reached.last_reference is null or "{r.message}" > reached.last_reference)
      order by "{r.message}"
      offset batch_size - 1
      limit 1;

      batch_phones := '{}';
      loop
        with reported as materialized (
          select "{m.number}" as phone, "{m.sender}" as profile_id
          from "{reports}" as r
          join "{messages}" as m on "{m.reference}" = "{r.message}"
          where "{r.counts}"
            and "{m.sender}" is not null
            and (reached.last_reference is null or "{r.message}" > reached.last_reference)
            and (batch_end is null or "{r.message}" <= batch_end)
        ),
        unknown as materialized (
          select
            n.phone,
            n.profile_id,
            row_number() over (partition by n.phone order by n.profile_id) as place
          from (
            select distinct d.phone, d.profile_id
            from reported as d
          ) as n
          where not exists (
            select
            from "{schema}".opt_outs as o
            where o.phone = n.phone
              and o.profile_id = n.profile_id
          )
        ),
        recorded as (
          insert into "{schema}".opt_outs (phone, profile_id, ordinal)
          select
            u.phone,
            u.profile_id,
            u.place + (
              select coalesce(max(o.ordinal), 0)
              from "{schema}".opt_outs as o
              where o.phone = u.phone
            )
          from unknown as u
          order by u.phone, u.place
          on conflict do nothing
          returning opt_outs.phone
        )
        select
          (select count(*) from reported),
          (select count(*) from unknown),
          (select count(*) from recorded),
          (select array_agg(distinct c.phone) from recorded as c)
        into counted, missing, added, phones;

        batch_phones := batch_phones || phones;
        reached.opt_outs := reached.opt_outs + added;
        exit when added = missing;
      end loop;

      insert into "{schema}".blocked_contacts (phone)
      select p.phone
      from (
        select distinct e.phone
        from unnest(batch_phones) as e (phone)
      ) as p
      where "{schema}".opt_out_block_threshold() <= (
        select count(*)
        from (
          select
          from "{schema}".opt_outs as o
          where o.phone = p.phone
          limit "{schema}".opt_out_block_threshold()
        ) as enough
      )
      order by p.phone
      on conflict do nothing;

      reached.reports := reached.reports + counted;
      update opt_out_adoption.adoption
      set
        last_reference = coalesce(batch_end, last_reference),
        reports = reached.reports,
        opt_outs = reached.opt_outs,
        finished_at = case when batch_end is null then pg_catalog.now() end;

      gave_way := 0;
      is_last := batch_end is null;
      batch_size := case
        when pg_catalog.clock_timestamp() > began + batch_ms * interval '1 ms' then greatest(batch_size / 2, 20)
        when pg_catalog.clock_timestamp() < began + batch_ms * interval '0.5 ms' then least(batch_size * 2, 20000)
        else batch_size
      end;
    exception
      when lock_not_available or deadlock_detected then
        gave_way := gave_way + 1;
        if gave_way = 100 then
          raise;
        end if;
        batch_size := greatest(batch_size / 2, 20);
        perform pg_catalog.pg_sleep(0.05); -- without any lock
    end;
    commit;

    if is_last or pg_catalog.clock_timestamp() > told + interval '5 s' then
      raise notice '% opt-outs of % reports recorded%',
        reached.opt_outs, reached.reports, case when is_last then ': finished' else '' end;
      told := pg_catalog.clock_timestamp();
    end if;
  end loop;
end
$procedure$;
comment on procedure opt_out_adoption.backfill(integer) is
  'Records the opt-outs of reports that are older than the triggers, in small transactions; goes on where it stopped.';
revoke all on procedure opt_out_adoption.backfill(integer) from public;
