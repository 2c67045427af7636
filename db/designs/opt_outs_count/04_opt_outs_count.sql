-- title: opt_outs counted, row trigger
-- idea: A BEFORE INSERT row trigger counts the number's rows in opt_outs through the unique (phone, profile_id) index; nothing else is kept.
-- choose it when: The threshold may change from one minute to the next, and no table of blocked numbers may go stale.
-- costs: An index over every opt-out instead of one over the blocked numbers: seven times the rows, and wider; a count reads every opt-out of a number.
-- keeps: opt_outs

-- migrate:up

create function public.refuse_after_opt_outs() returns trigger
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
-- Locks nothing but the key of a message that is there already; reads with the statement's snapshot, at
-- any isolation level.
-- A kept plan never scans, and no name depends on a search_path: see public.refuse_blocked_contact().
begin
  if (
    select pg_catalog.count(o.profile_id)
    from public.opt_outs as o
    where o.phone operator(pg_catalog.=) new.to_number
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
comment on function public.refuse_after_opt_outs() is
  'Refuses a message to a contact with too many opt-outs with SQLSTATE OPTED: counts them in opt_outs.';
revoke all on function public.refuse_after_opt_outs() from public;

create function public.record_opt_out_only() returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
-- public.record_opt_out() without its last step. Two sessions that want the same ordinal of a phone
-- meet in its unique index: the second waits, then looks again (READ COMMITTED) or gets 40001
-- (REPEATABLE READ, SERIALIZABLE). Locks: the message, and rows of this phone.
-- From a report it reads the message "for share": whoever moves that message to another number or
-- profile meets it there. The second of the two waits for the first, and then, at READ COMMITTED, sees
-- what the first did; a REPEATABLE READ reporter gets 40001, and so does one of two SERIALIZABLE ones. A
-- REPEATABLE READ mover whose snapshot is older than the report does not see it: rederive_opt_outs()
-- finds what it missed.
-- An opt-out that somebody has touched (xmax is not 0) may be one that an opt-in takes away: whoever relies
-- on it waits for that.
-- No scans: a session keeps the plans that it made while its tables were small.
declare
  contact text collate "C";
  profile uuid;
  last_ordinal integer;
  known record;
begin
  if tg_table_name = 'delivery_reports' then
    if new.event_type <> 'failed' then
      return null;
    end if;
    select m.to_number, m.profile_id
    into contact, profile
    from public.outbound_messages as m
    where m.id = new.message_id
    for share;

    if not found then
      raise exception 'a 21610 needs its message, and message % cannot be found', new.message_id
        using errcode = 'foreign_key_violation',
              detail = 'Only the message says which contact opted out of which profile.',
              hint = 'Store the message before its report. Row-level security must show it, and let it be '
                'locked, to the owner of this function.',
              schema = 'public',
              table = 'delivery_reports',
              column = 'message_id';
    end if;
  else
    if row_security_active('public.delivery_reports'::regclass) then
      raise exception 'row-level security may hide the reports of a message that is moved'
        using errcode = 'insufficient_privilege',
              hint = 'Exempt the owner of this function from the policies of delivery_reports.';
    end if;
    perform
    from public.delivery_reports as r
    where r.message_id = new.id
      and r.event_type = 'failed'
      and r.error_code = 21610
      and public.is_covered(new.to_number, new.profile_id, r.id::text) is not true;

    if not found then
      return null;
    end if;
    contact := new.to_number;
    profile := new.profile_id;
  end if;

  if profile is null then
    return null;
  end if;

  if row_security_active('public.opt_outs'::regclass) then
    raise exception 'row-level security may hide opt-outs, so that they would not be counted'
      using errcode = 'insufficient_privilege',
            hint = 'Exempt the owner of this function from the policies of opt_outs.';
  end if;

  <<again>>
  loop
    last_ordinal := 0;
    for known in
      select o.profile_id, o.ordinal, o.xmax as touched_by
      from public.opt_outs as o
      where o.phone = contact
      order by o.ordinal desc
      limit public.opt_out_block_threshold()
    loop
      if known.profile_id = profile then
        if known.touched_by = 0 then
          return null;
        end if;
        perform
        from public.opt_outs as o
        where o.phone = contact
          and o.profile_id = profile
        for key share;

        if found then
          return null;
        end if;
        continue again;
      end if;
      last_ordinal := greatest(last_ordinal, known.ordinal);
    end loop;

    -- A report that said so before this update is not news to an opt-in that came after it.
    if tg_op = 'UPDATE' and tg_table_name = 'delivery_reports' then
      if old.event_type = 'failed'
        and old.error_code = 21610
        and old.message_id = new.message_id
        and public.is_covered(contact, profile, old.id::text) is not false
      then
        return null;
      end if;
    end if;

    insert into public.opt_outs (phone, profile_id, ordinal)
    values (contact, profile, last_ordinal + 1)
    on conflict do nothing;

    exit when found;

    perform
    from public.opt_outs as o
    where o.phone = contact
      and o.profile_id = profile
    for key share;

    if found then
      return null;
    end if;
  end loop;

  return null;
end
$function$;
comment on function public.record_opt_out_only() is
  'Remembers that a contact opted out of a profile; who is blocked is found in opt_outs itself.';
revoke all on function public.record_opt_out_only() from public;

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_after_opt_outs();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

create or replace trigger outbound_messages_refuse_blocked_update
before update of to_number on public.outbound_messages
for each row
when (new.to_number is distinct from old.to_number)
execute function public.refuse_after_opt_outs();

create or replace trigger delivery_reports_record_opt_out_insert
after insert on public.delivery_reports
for each row
when (new.error_code = 21610)
execute function public.record_opt_out_only();

create or replace trigger delivery_reports_record_opt_out_update
after update of message_id, event_type, error_code on public.delivery_reports
for each row
when (new.error_code = 21610)
execute function public.record_opt_out_only();

create or replace trigger outbound_messages_record_opt_out_update
after update on public.outbound_messages
for each row
when (
  new.profile_id is not null
  and (new.to_number, new.profile_id) is distinct from (old.to_number, old.profile_id)
)
execute function public.record_opt_out_only();

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

drop function public.record_opt_out_only();
drop function public.refuse_after_opt_outs();
