-- title: reports joined to messages, indexed, row trigger
-- idea: The same count with the indexes that suit it: messages by number, covering, and reports by message where they say 21610.
-- choose it when: No derived table may exist, and messages are looked up by number anyway.
-- costs: An index over every message, which every insert must maintain; a hot number's messages are all looked at. What is deleted must still be remembered; truncating forgets. A report that is deleted while its contact opts in may be remembered.
-- keeps: unreported_opt_outs, outbound_messages_to_number_idx, delivery_reports_opted_out_message_idx

-- migrate:up

create table public.unreported_opt_outs (
  phone text collate "C" not null,
  profile_id uuid not null,
  constraint unreported_opt_outs_pkey primary key (phone, profile_id)
);
comment on table public.unreported_opt_outs is
  'Opt-outs that no report tells any more, because it or its message was deleted or changed, or that came after an opt-in: a block outlives them.';

create function public.refuse_by_reports() returns trigger
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
-- Locks nothing but the key of a message that is there already; reads with the statement's snapshot, at
-- any isolation level. Nothing is derived when
-- a report is stored, so no two reporters can miss each other: once all are committed, they count. Reports
-- that an opt-in covers do not.
-- A kept plan never scans, and no name depends on a search_path: see public.refuse_blocked_contact().
-- "offset 0" allows only a probe for each of the number's messages, never a join that would read the index of
-- all reports.
begin
  if (
    select pg_catalog.count(*)
    from (
      select m.profile_id
      from public.outbound_messages as m
      where m.to_number operator(pg_catalog.=) new.to_number
        and m.profile_id is not null
        and exists (
          select
          from public.delivery_reports as r
          where r.message_id operator(pg_catalog.=) m.id
            and r.event_type operator(pg_catalog.=) 'failed'
            and r.error_code operator(pg_catalog.=) 21610
            and (
              not exists (
                select
                from public.opt_ins as i
                where i.phone operator(pg_catalog.=) new.to_number
              )
              or public.is_covered(m.to_number, m.profile_id, r.id::pg_catalog.text) is false
            )
          offset 0
        )
      union
      select u.profile_id
      from public.unreported_opt_outs as u
      where u.phone operator(pg_catalog.=) new.to_number
    ) as profiles
  ) operator(pg_catalog.>=) public.opt_out_block_threshold()
    or pg_catalog.octet_length(new.to_number) operator(pg_catalog.>) public.longest_to_number()
  then
    perform public.refuse_message(
      new.to_number,
      case when tg_op operator(pg_catalog.=) 'INSERT' then new.id end
    );
  end if;
  return new;
end
$function$;
comment on function public.refuse_by_reports() is
  'Refuses a message to a contact with too many opt-outs with SQLSTATE OPTED: counts distinct profiles over its reports.';
revoke all on function public.refuse_by_reports() from public;
-- Where a policy would hide messages or reports from the count, it is told (42501), and nothing is sent.
alter function public.refuse_by_reports() set row_security = off;

create function public.keep_reported_opt_out() returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- Before the report goes, while its message is there. Where one statement deletes both, whichever goes
-- first keeps the opt-out: no message means that keep_sent_opt_out() has seen the report. A message
-- that a policy would hide raises 42501. Locks the message against moves.
begin
  insert into public.unreported_opt_outs (phone, profile_id)
  select m.to_number, m.profile_id
  from public.outbound_messages as m
  where m.id = old.message_id
    and m.profile_id is not null
    and public.is_covered(m.to_number, m.profile_id, old.id::text) is false
  for share
  on conflict do nothing;

  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end
$function$;
comment on function public.keep_reported_opt_out() is
  'Remembers the opt-out that a report told, when the report goes or changes, unless an opt-in covers it.';
revoke all on function public.keep_reported_opt_out() from public;

create function public.keep_sent_opt_out() returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- Reads the message's reports, and locks nothing. Reports that a policy would hide raise 42501.
begin
  insert into public.unreported_opt_outs (phone, profile_id)
  select old.to_number, old.profile_id
  where exists (
    select
    from public.delivery_reports as r
    where r.message_id = old.id
      and r.event_type = 'failed'
      and r.error_code = 21610
      and public.is_covered(old.to_number, old.profile_id, r.id::text) is false
  )
  on conflict do nothing;

  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end
$function$;
comment on function public.keep_sent_opt_out() is
  'Remembers the opt-out that a message''s reports told, when the message goes or gets another number or profile.';
revoke all on function public.keep_sent_opt_out() from public;

create function public.keep_later_opt_out() returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- Its id alone may not tell that a report came after an opt-in: it may be random, or the report has its code
-- only now. Locks nothing. An opt-in that commits at the same moment is not seen: then it covers the report.
begin
  if tg_table_name = 'outbound_messages' then
    insert into public.unreported_opt_outs (phone, profile_id)
    select new.to_number, new.profile_id
    where exists (
        select
        from public.opt_ins as i
        where i.phone = new.to_number
          and (i.profile_id = new.profile_id or i.profile_id is null)
      )
      and exists (
        select
        from public.delivery_reports as r
        where r.message_id = new.id
          and r.event_type = 'failed'
          and r.error_code = 21610
          and public.is_covered(new.to_number, new.profile_id, r.id::text) is not true
      )
    on conflict do nothing;
    return null;
  end if;

  if new.event_type <> 'failed' then
    return null;
  end if;
  if tg_op = 'UPDATE' then
    if old.event_type = 'failed' and old.error_code = 21610 and old.message_id = new.message_id then
      return null;
    end if;
  end if;

  insert into public.unreported_opt_outs (phone, profile_id)
  select m.to_number, m.profile_id
  from public.outbound_messages as m
  where m.id = new.message_id
    and exists (
      select
      from public.opt_ins as i
      where i.phone = m.to_number
        and (i.profile_id = m.profile_id or i.profile_id is null)
    )
    and m.profile_id is not null
  on conflict do nothing;
  return null;
end
$function$;
comment on function public.keep_later_opt_out() is
  'Remembers an opt-out that is reported after an opt-in, which covers the reports before it.';
revoke all on function public.keep_later_opt_out() from public;

create function public.take_reported_opt_outs() returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set row_security = off
as $function$
-- The opt-in itself covers the reports; what is remembered beside them goes. Reads the number's messages, to
-- count. opt_outs is what the design was laid over, and is derived from again when it is taken away.
declare
  taking public.opt_ins := new;
begin
  taking.opt_outs_taken := (
    select count(*)
    from (
      select m.profile_id
      from public.outbound_messages as m
      join public.delivery_reports as r on r.message_id = m.id
      where m.to_number = taking.phone
        and m.profile_id is not null
        and r.event_type = 'failed'
        and r.error_code = 21610
        and public.is_covered(m.to_number, m.profile_id, r.id::text) is false
      union
      select u.profile_id
      from public.unreported_opt_outs as u
      where u.phone = taking.phone
    ) as profiles
    where profiles.profile_id = taking.profile_id
      or taking.profile_id is null
  );

  delete from public.unreported_opt_outs as u
  where u.phone = taking.phone
    and (u.profile_id = taking.profile_id or taking.profile_id is null);

  delete from public.opt_outs as o
  where o.phone = taking.phone
    and (o.profile_id = taking.profile_id or taking.profile_id is null);

  taking.opted_in_at := clock_timestamp();
  return taking;
end
$function$;
comment on function public.take_reported_opt_outs() is
  'Takes away what is remembered of the opt-outs that an opt-in ends.';
revoke all on function public.take_reported_opt_outs() from public;

set local row_security = off; -- an owner to whom policies apply is told, and derives no part for the whole
lock table public.outbound_messages, public.delivery_reports in share row exclusive mode;

drop trigger delivery_reports_record_opt_out_insert on public.delivery_reports;
drop trigger delivery_reports_record_opt_out_update on public.delivery_reports;
drop trigger outbound_messages_record_opt_out_update on public.outbound_messages;

create trigger delivery_reports_keep_opt_out_delete
before delete on public.delivery_reports
for each row
when (old.event_type = 'failed' and old.error_code = 21610)
execute function public.keep_reported_opt_out();
comment on trigger delivery_reports_keep_opt_out_delete on public.delivery_reports is
  'Deleting a report does not unblock, not even in one statement with its message.';

create trigger delivery_reports_keep_opt_out_update
before update of message_id, event_type, error_code on public.delivery_reports
for each row
when (
  old.event_type = 'failed' and old.error_code = 21610
  and (old.message_id, old.event_type, old.error_code)
    is distinct from (new.message_id, new.event_type, new.error_code)
)
execute function public.keep_reported_opt_out();
comment on trigger delivery_reports_keep_opt_out_update on public.delivery_reports is
  'A report that no longer says 21610 has said so once.';

create trigger outbound_messages_keep_opt_out_update
after update on public.outbound_messages
for each row
when (
  old.profile_id is not null
  and (old.to_number, old.profile_id) is distinct from (new.to_number, new.profile_id)
)
execute function public.keep_sent_opt_out();
comment on trigger outbound_messages_keep_opt_out_update on public.outbound_messages is
  'Moving a message away does not unblock the number that it was sent to.';

create trigger outbound_messages_keep_opt_out_before_update
before update on public.outbound_messages
for each row
when (
  old.profile_id is not null
  and (old.to_number, old.profile_id) is distinct from (new.to_number, new.profile_id)
)
execute function public.keep_sent_opt_out();
comment on trigger outbound_messages_keep_opt_out_before_update on public.outbound_messages is
  'The same for a statement that deletes the reports as well. Afterwards they are gone; before, another trigger may still change the number.';

create trigger outbound_messages_keep_opt_out_delete
before delete on public.outbound_messages
for each row
when (old.profile_id is not null)
execute function public.keep_sent_opt_out();
comment on trigger outbound_messages_keep_opt_out_delete on public.outbound_messages is
  'For a statement that deletes messages and their reports, and comes to the messages first.';

create index outbound_messages_to_number_idx
on public.outbound_messages (to_number)
include (id, profile_id);
comment on index public.outbound_messages_to_number_idx is
  'The messages of a number, with all that the count needs of them.';

create trigger delivery_reports_keep_later_opt_out
after insert or update of message_id, event_type, error_code on public.delivery_reports
for each row
when (new.error_code = 21610)
execute function public.keep_later_opt_out();
comment on trigger delivery_reports_keep_later_opt_out on public.delivery_reports is
  'A 21610 after an opt-in counts anew, whatever its id.';

create trigger outbound_messages_keep_later_opt_out
after update on public.outbound_messages
for each row
when (
  new.profile_id is not null
  and (old.to_number, old.profile_id) is distinct from (new.to_number, new.profile_id)
)
execute function public.keep_later_opt_out();
comment on trigger outbound_messages_keep_later_opt_out on public.outbound_messages is
  'A message that is moved to a contact who opted in counts there, unless its reports are known to be older.';

create or replace trigger opt_ins_take_opt_outs_insert
before insert on public.opt_ins
for each row
execute function public.take_reported_opt_outs();

-- The triggers came first: they keep reports out until this is committed.
insert into public.unreported_opt_outs (phone, profile_id)
select o.phone, o.profile_id
from public.opt_outs as o
except
select m.to_number, m.profile_id
from public.outbound_messages as m
join public.delivery_reports as r on r.message_id = m.id
where r.event_type = 'failed'
  and r.error_code = 21610
  and (
    not exists (
      select
      from public.opt_ins as i
      where i.phone = m.to_number
    )
    or public.is_covered(m.to_number, m.profile_id, r.id::text) is false
  );

analyze public.unreported_opt_outs;

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_by_reports();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

create or replace trigger outbound_messages_refuse_blocked_update
before update of to_number on public.outbound_messages
for each row
when (new.to_number is distinct from old.to_number)
execute function public.refuse_by_reports();

-- migrate:down

set local row_security = off; -- an owner to whom policies apply is told, and derives no part for the whole

-- The locks first: they keep reports and moves out until this is committed. Messages wait as well.
lock table public.outbound_messages, public.delivery_reports in share row exclusive mode;

create or replace trigger delivery_reports_record_opt_out_insert
after insert on public.delivery_reports
for each row
when (new.error_code = 21610)
execute function public.record_opt_out();

create or replace trigger delivery_reports_record_opt_out_update
after update of message_id, event_type, error_code on public.delivery_reports
for each row
when (new.error_code = 21610)
execute function public.record_opt_out();

create or replace trigger outbound_messages_record_opt_out_update
after update on public.outbound_messages
for each row
when (
  new.profile_id is not null
  and (new.to_number, new.profile_id) is distinct from (old.to_number, old.profile_id)
)
execute function public.record_opt_out();
comment on trigger delivery_reports_record_opt_out_insert on public.delivery_reports is
  'Only a failed report with 21610 counts; all others cost one comparison.';
comment on trigger delivery_reports_record_opt_out_update on public.delivery_reports is
  'A report first stored without its code counts when it becomes a failed 21610.';
comment on trigger outbound_messages_record_opt_out_update on public.outbound_messages is
  'A message that has a 21610 counts for the number and profile that it gets, as well as for those it had. After any update: another trigger may have changed the number.';

drop trigger if exists outbound_messages_keep_opt_out_delete on public.outbound_messages;
drop trigger if exists outbound_messages_keep_opt_out_before_update on public.outbound_messages;
drop trigger outbound_messages_keep_opt_out_update on public.outbound_messages;
drop trigger delivery_reports_keep_opt_out_update on public.delivery_reports;
drop trigger delivery_reports_keep_opt_out_delete on public.delivery_reports;
drop trigger if exists outbound_messages_keep_later_opt_out on public.outbound_messages;
drop trigger if exists delivery_reports_keep_later_opt_out on public.delivery_reports;

create or replace trigger opt_ins_take_opt_outs_insert
before insert on public.opt_ins
for each row
execute function public.take_opt_outs();

with found as (
  select m.to_number as phone, m.profile_id, min(r.id::text) as report
  from public.outbound_messages as m
  join public.delivery_reports as r on r.message_id = m.id
  where m.profile_id is not null
    and r.event_type = 'failed'
    and r.error_code = 21610
    and (
      not exists (
        select
        from public.opt_ins as i
        where i.phone = m.to_number
      )
      or public.is_covered(m.to_number, m.profile_id, r.id::text) is false
    )
  group by m.to_number, m.profile_id
  union all
  select u.phone, u.profile_id, ''
  from public.unreported_opt_outs as u
), missing as (
  select f.phone, f.profile_id, min(f.report) as report
  from found as f
  where not exists (
    select
    from public.opt_outs as o
    where o.phone = f.phone
      and o.profile_id = f.profile_id
  )
  group by f.phone, f.profile_id
)
insert into public.opt_outs (phone, profile_id, ordinal)
select
  m.phone,
  m.profile_id,
  coalesce((
    select max(o.ordinal)
    from public.opt_outs as o
    where o.phone = m.phone
  ), 0) + row_number() over (partition by m.phone order by m.report, m.profile_id)
from missing as m;

-- By counting, for numbers blocked or deleted meanwhile.
select d.blocked, d.unblocked
from public.derive_blocked_contacts() as d;

create or replace trigger outbound_messages_refuse_blocked_update
before update of to_number on public.outbound_messages
for each row
when (new.to_number is distinct from old.to_number)
execute function public.refuse_blocked_contact();

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

drop function public.refuse_by_reports();
drop function public.keep_reported_opt_out();
drop function public.keep_sent_opt_out();
drop function if exists public.keep_later_opt_out();
drop function if exists public.take_reported_opt_outs();
drop table public.unreported_opt_outs;

drop index if exists public.delivery_reports_opted_out_idx; -- of a design from before the schema had its own
drop index public.outbound_messages_to_number_idx;
