-- The opt-out check: remember who was told 21610, block a number at the third distinct profile, refuse
-- every message to a blocked number.
--
-- Triggers fire on the shards, and their functions read and write the shards beside, by name
-- (blocked_contacts_102104): never the distributed tables. A query of those inside a trigger would be a
-- distributed query in the middle of another one, and hangs now and then while a shard moves.

-- migrate:up

set local citus.multi_shard_modify_mode = 'sequential';

-- Citus asks whoever makes a trigger on a distributed table to say that it looks at its own shard alone.
set local citus.enable_unsafe_triggers = on;

create function public.opt_out_block_threshold() returns integer
language sql
stable
parallel safe
return 3;
comment on function public.opt_out_block_threshold() is
  'How many distinct profiles must have been told 21610 before a number is blocked for all of them.';

create function public.longest_to_number() returns integer
language sql
immutable
parallel safe
return 1024;
comment on function public.longest_to_number() is
  'The most bytes that to_number may have. Four times the longest e-mail address (RFC 5321), and it always '
  'fits, beside a profile, into a B-tree, which takes a third of a page a row; also where pages have 4 kB.';

create table public.opt_outs (
  phone text collate "C" not null,
  profile_id uuid not null,
  ordinal integer not null,
  constraint opt_outs_phone_profile_id_key primary key (phone, profile_id),
  constraint opt_outs_phone_ordinal_key unique (phone, ordinal)
);
select create_distributed_table(
  'public.opt_outs',
  'phone',
  colocate_with => 'public.outbound_messages'
);
comment on table public.opt_outs is
  'One row for each contact and profile that were told 21610. It outlives the reports and messages '
  'it came from, so it references neither. A primary key, else its shards could not move while written.';
comment on column public.opt_outs.ordinal is
  'One more than the last of this phone: its unique index makes concurrent reporters of one phone meet, '
  'see public.record_opt_out(). Never a count: where an opt-out was deleted, one is missing.';

create table public.blocked_contacts (
  phone text collate "C" not null,
  constraint blocked_contacts_pkey primary key (phone)
);
select create_distributed_table(
  'public.blocked_contacts',
  'phone',
  colocate_with => 'public.outbound_messages'
);
comment on table public.blocked_contacts is
  'The numbers that enough distinct profiles were told to stop texting. A row here refuses every message.';

create function public.refuse_message(to_number text, id uuid default null) returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
-- Called only where a check says no, so that what is here costs no free message anything.
-- id: the message's, where its row is not stored yet; null where it is. A message that is there already
-- was sent: to store it again is an application's retry, not a message. Its row's key is locked (for key
-- share) until the transaction ends: nobody else deletes it meanwhile, and who has deleted it is waited for.
declare
  hits bigint;
begin
  if id is not null then
    execute concat(
      'select from public.outbound_messages_',
      get_shard_id_for_distribution_column('public.outbound_messages', to_number),
      ' as m where m.to_number = $1 and m.id = $2 for key share'
    )
    using to_number, id;

    get diagnostics hits = row_count;
    if hits > 0 then
      return true;
    end if;
  end if;

  if octet_length(to_number) > public.longest_to_number() then
    raise exception 'Cannot send message - to_number is too long'
      using errcode = 'string_data_right_truncation',
            detail = 'It has ' || octet_length(to_number) || ' bytes; at most '
              || public.longest_to_number() || ' can be blocked.',
            schema = 'public',
            table = 'outbound_messages',
            column = 'to_number';
  end if;

  raise exception 'Cannot send message - frequently unsubscribed recipient'
    using errcode = 'OPTED',
          detail = 'At least ' || public.opt_out_block_threshold()
            || ' distinct profiles were told 21610 for this number.',
          schema = 'public',
          table = 'outbound_messages',
          column = 'to_number';
end
$function$;
comment on function public.refuse_message(text, uuid) is
  'Refuses a message: SQLSTATE OPTED, or 22001 where its number is too long. True for a message that is stored already.';

create function public.refuse_blocked_contact() returns trigger
language plpgsql
stable
security definer
as $function$
-- Locks nothing but the key of a message that is there already; reads with the statement's snapshot, at
-- any isolation level. The shard follows from the number, not from the table that fired: whoever writes
-- into a shard by its name finds the same block, or no such shard on this node.
-- There is no search_path, because setting a parameter in every call costs more than the lookup. So every
-- name, operator and function in here is qualified: the caller's search_path has nothing to find.
declare
  hits bigint;
begin
  execute pg_catalog.concat(
    'select from public.blocked_contacts_',
    pg_catalog.get_shard_id_for_distribution_column('public.blocked_contacts', new.to_number),
    ' as b where b.phone operator(pg_catalog.=) $1'
  )
  using new.to_number;

  get diagnostics hits = row_count;
  if hits operator(pg_catalog.>) 0
    or pg_catalog.octet_length(new.to_number) operator(pg_catalog.>) public.longest_to_number()
  then
    perform public.refuse_message(new.to_number, new.id);
  end if;
  return new;
end
$function$;
comment on function public.refuse_blocked_contact() is
  'Refuses a message to a blocked contact with SQLSTATE OPTED: one primary-key lookup in the shard of blocked_contacts beside.';

do $ddl$
begin
  create trigger outbound_messages_refuse_blocked_insert
  before insert on public.outbound_messages
  for each row
  execute function public.refuse_blocked_contact();
end
$ddl$;
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

create function public.record_opt_out() returns trigger
language plpgsql
volatile
security definer
set citus.enable_manual_changes_to_shards = on
as $function$
-- Called for a report that has 21610, and for a message that got another profile.
--
-- The danger here: three sessions that report three profiles at the same moment each see only
-- their own row, count one, and nobody blocks. A lock alone mends this at READ COMMITTED only,
-- because a REPEATABLE READ snapshot stays as old as it was.
--
-- So every opt-out takes the phone's next ordinal, and two sessions that want the same ordinal meet
-- in its unique index: the second waits for the first. If the first commits, then
--   - at READ COMMITTED nothing is inserted, and the loop looks again with a fresh snapshot;
--   - at REPEATABLE READ and SERIALIZABLE "on conflict" finds a row that its snapshot does not show
--     and raises 40001 (serialization_failure), which the application retries.
-- Both are on the phone's node, whichever nodes the sessions are at. Whoever takes an ordinal sees all
-- opt-outs before it. As many as block are read, the last ones first: a contact with thousands of opt-outs
-- costs no more than one with three. Locks: the message, and rows of this phone. Sessions that report several
-- phones in one transaction in different orders may deadlock (40P01): retry.
--
-- From a report it reads the message "for share": whoever gives that message another profile meets it there.
-- Every statement is planned as it is executed, by the name of its shard. No search_path, because every name
-- in here is qualified: see public.refuse_blocked_contact().
declare
  contact pg_catalog.text collate pg_catalog."C" := new.to_number;
  profile pg_catalog.uuid;
  opt_outs pg_catalog.text;
  enough integer;
  others integer;
  last_ordinal integer;
  known record;
  hits bigint;
begin
  if tg_argv[0] operator(pg_catalog.=) 'report' then
    if new.event_type operator(pg_catalog.<>) 'failed' then
      return null;
    end if;
    execute pg_catalog.concat(
      'select m.profile_id from public.outbound_messages_',
      pg_catalog.get_shard_id_for_distribution_column('public.outbound_messages', contact),
      ' as m where m.to_number operator(pg_catalog.=) $1 and m.id operator(pg_catalog.=) $2 for share'
    )
    into profile
    using contact, new.message_id;

    get diagnostics hits = row_count;
    if hits operator(pg_catalog.=) 0 then
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
    if pg_catalog.row_security_active('public.delivery_reports'::pg_catalog.regclass) then
      raise exception 'row-level security may hide the reports of a message that gets another profile'
        using errcode = 'insufficient_privilege',
              hint = 'Exempt the owner of this function from the policies of delivery_reports.';
    end if;
    execute pg_catalog.concat(
      'select from public.delivery_reports_',
      pg_catalog.get_shard_id_for_distribution_column('public.delivery_reports', contact),
      ' as r where r.to_number operator(pg_catalog.=) $1 and r.message_id operator(pg_catalog.=) $2',
      ' and r.event_type operator(pg_catalog.=) ''failed'' and r.error_code operator(pg_catalog.=) 21610',
      ' limit 1'
    )
    using contact, new.id;

    get diagnostics hits = row_count;
    if hits operator(pg_catalog.=) 0 then
      return null;
    end if;
    profile := new.profile_id;
  end if;

  if profile is null then
    return null;
  end if;

  if pg_catalog.row_security_active('public.opt_outs'::pg_catalog.regclass) then
    raise exception 'row-level security may hide opt-outs, so that they would not be counted'
      using errcode = 'insufficient_privilege',
            hint = 'Exempt the owner of this function from the policies of opt_outs.';
  end if;

  opt_outs := pg_catalog.concat(
    'public.opt_outs_',
    pg_catalog.get_shard_id_for_distribution_column('public.opt_outs', contact)
  );
  loop
    enough := public.opt_out_block_threshold();
    others := 0;
    last_ordinal := 0;
    for known in
      execute pg_catalog.concat(
        'select o.profile_id, o.ordinal from ', opt_outs, ' as o',
        ' where o.phone operator(pg_catalog.=) $1 order by o.ordinal desc limit $2'
      )
      using contact, enough
    loop
      if known.profile_id operator(pg_catalog.=) profile then
        return null;
      end if;
      last_ordinal := greatest(last_ordinal, known.ordinal);
      others := others operator(pg_catalog.+) 1;
    end loop;

    execute pg_catalog.concat(
      'insert into ', opt_outs, ' (phone, profile_id, ordinal) values ($1, $2, $3) on conflict do nothing'
    )
    using contact, profile, last_ordinal operator(pg_catalog.+) 1;

    get diagnostics hits = row_count;
    exit when hits operator(pg_catalog.>) 0;

    execute pg_catalog.concat(
      'select from ', opt_outs, ' as o',
      ' where o.phone operator(pg_catalog.=) $1 and o.profile_id operator(pg_catalog.=) $2'
    )
    using contact, profile;

    get diagnostics hits = row_count;
    if hits operator(pg_catalog.>) 0 then
      return null;
    end if;
  end loop;

  -- The threshold may have changed between the report's begin and its locks: from here on it stays what it
  -- is. What was read before may stop short of a higher one.
  if enough operator(pg_catalog.<) public.opt_out_block_threshold() then
    execute pg_catalog.concat(
      'select pg_catalog.count(*) from (select from ', opt_outs, ' as o',
      ' where o.phone operator(pg_catalog.=) $1 and o.profile_id operator(pg_catalog.<>) $2 limit $3) as counted'
    )
    into others
    using contact, profile, public.opt_out_block_threshold();
  end if;

  if others operator(pg_catalog.+) 1 operator(pg_catalog.>=) public.opt_out_block_threshold() then
    execute pg_catalog.concat(
      'insert into public.blocked_contacts_',
      pg_catalog.get_shard_id_for_distribution_column('public.blocked_contacts', contact),
      ' (phone) values ($1) on conflict do nothing'
    )
    using contact;
  end if;

  return null;
end
$function$;
comment on function public.record_opt_out() is
  'Remembers that a contact opted out of a profile, and blocks the contact when the number of distinct '
  'profiles reaches the threshold.';

do $ddl$
begin
  create trigger delivery_reports_record_opt_out_insert
  after insert on public.delivery_reports
  for each row
  when (new.error_code = 21610)
  execute function public.record_opt_out('report');
end
$ddl$;
comment on trigger delivery_reports_record_opt_out_insert on public.delivery_reports is
  'Only a failed report with 21610 counts; all others cost one comparison.';

do $ddl$
begin
  create trigger delivery_reports_record_opt_out_update
  after update of message_id, event_type, error_code on public.delivery_reports
  for each row
  when (new.error_code = 21610)
  execute function public.record_opt_out('report');
end
$ddl$;
comment on trigger delivery_reports_record_opt_out_update on public.delivery_reports is
  'A report first stored without its code counts when it becomes a failed 21610.';

do $ddl$
begin
  create trigger outbound_messages_record_opt_out_update
  after update on public.outbound_messages
  for each row
  when (new.profile_id is not null and new.profile_id is distinct from old.profile_id)
  execute function public.record_opt_out('message');
end
$ddl$;
comment on trigger outbound_messages_record_opt_out_update on public.outbound_messages is
  'A message that has a 21610 counts for the profile that it gets, as well as for the one it had. Its number '
  'cannot change: Citus moves no row to another shard (0A000).';

-- Only the triggers call these functions; nobody may call or attach them elsewhere.
revoke all on function public.refuse_message(text, uuid) from public;
revoke all on function public.refuse_blocked_contact() from public;
revoke all on function public.record_opt_out() from public;

-- migrate:down

set local citus.multi_shard_modify_mode = 'sequential';

set local citus.enable_unsafe_triggers = on;

do $ddl$
begin
  drop trigger outbound_messages_record_opt_out_update on public.outbound_messages;
end
$ddl$;
do $ddl$
begin
  drop trigger delivery_reports_record_opt_out_update on public.delivery_reports;
end
$ddl$;
do $ddl$
begin
  drop trigger delivery_reports_record_opt_out_insert on public.delivery_reports;
end
$ddl$;
do $ddl$
begin
  drop trigger outbound_messages_refuse_blocked_insert on public.outbound_messages;
end
$ddl$;
drop function public.record_opt_out();
drop function public.refuse_blocked_contact();
drop function public.refuse_message(text, uuid);
drop table public.blocked_contacts;
drop table public.opt_outs;
drop function public.longest_to_number();
drop function public.opt_out_block_threshold();
