-- title: the schema as it was at version 3
-- idea: The functions, triggers and indexes that the check had before migrations 4 to 7.
-- choose it when: Never: it is here to be counted.
-- costs: a moved message does not count, hidden messages are taken for messages without a profile, kept plans may scan, numbers may be too long to be blocked.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

create or replace function public.refuse_blocked_contact() returns trigger
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
-- Locks nothing; reads with the statement's snapshot, at any isolation level.
-- "perform" runs the lookup without the expression that "if exists" would wrap around it.
begin
  perform
  from public.blocked_contacts as b
  where b.phone = new.to_number;

  if found then
    raise exception 'Cannot send message - frequently unsubscribed recipient'
      using errcode = 'OPTED',
            detail = 'At least ' || public.opt_out_block_threshold()
              || ' distinct profiles were told 21610 for this number.',
            schema = 'public',
            table = 'outbound_messages',
            column = 'to_number';
  end if;
  return new;
end
$function$;

create or replace function public.record_opt_out() returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
-- The danger here: three sessions that report three profiles at the same moment each see only
-- their own row, count one, and nobody blocks. A lock alone mends this at READ COMMITTED only,
-- because a REPEATABLE READ snapshot stays as old as it was.
--
-- So every opt-out takes the phone's next ordinal, and two sessions that want the same ordinal meet
-- in its unique index: the second waits for the first. If the first commits, then
--   - at READ COMMITTED nothing is inserted, and the loop looks again with a fresh snapshot;
--   - at REPEATABLE READ and SERIALIZABLE "on conflict" finds a row that its snapshot does not show
--     and raises 40001 (serialization_failure), which the application retries.
-- Whoever takes the third ordinal sees the two before it. Locks: rows of this phone only. Sessions
-- that report several phones in one transaction in different orders may deadlock (40P01): retry.
declare
  message record;
  known record;
begin
  select m.to_number, m.profile_id
  into message
  from public.outbound_messages as m
  where m.id = new.message_id;

  if message.profile_id is null then
    return null;
  end if;

  loop
    select
      count(*) as profiles,
      coalesce(max(o.ordinal), 0) as last_ordinal,
      coalesce(bool_or(o.profile_id = message.profile_id), false) as includes_this
    into known
    from public.opt_outs as o
    where o.phone = message.to_number;

    if known.includes_this then
      return null;
    end if;

    insert into public.opt_outs (phone, profile_id, ordinal)
    values (message.to_number, message.profile_id, known.last_ordinal + 1)
    on conflict do nothing;

    exit when found;
  end loop;

  if known.profiles + 1 >= public.opt_out_block_threshold() then
    insert into public.blocked_contacts (phone)
    values (message.to_number)
    on conflict do nothing;
  end if;

  return null;
end
$function$;

drop trigger outbound_messages_record_opt_out_update on public.outbound_messages;
drop index public.delivery_reports_opted_out_message_idx;

create or replace trigger delivery_reports_record_opt_out_insert
after insert on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.record_opt_out();

create or replace trigger delivery_reports_record_opt_out_update
after update of message_id, event_type, error_code on public.delivery_reports
for each row
when (new.event_type = 'failed' and new.error_code = 21610)
execute function public.record_opt_out();

-- migrate:down
