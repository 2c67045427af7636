-- title: blocked_contacts by primary key, statement trigger
-- idea: An AFTER INSERT statement trigger on every shard probes the shard of blocked_contacts beside for every row of the transition table, in one query.
-- choose it when: Messages are sent many at a time: one call of PL/pgSQL and one query a shard and statement instead of a row.
-- costs: A copy of every new row in the transition table; more than a row trigger for a single row; a refused statement leaves dead rows.
-- keeps: opt_outs, blocked_contacts
-- cannot: an update that moves a message to a blocked number is refused
-- cannot: a message that gets another number after its 21610 counts for both
-- cannot: a report with 21610 counts when it becomes a failed one, and for the message that it is pointed at
-- cannot: opting in to one profile takes its opt-out, and unblocks once too few are left
-- cannot: opting in everywhere takes all opt-outs of a number, and unblocks it alone
-- cannot: a 21610 that is stored after an opt-in counts anew, whatever its id, and can be opted in again
-- cannot: a report that gets its 21610 after an opt-in counts, although it was stored before
-- cannot: a 21610 that an opt-in covers does not count when it is updated, moved to and fro, or deleted
-- cannot: an opt-in holds inside its transaction and after it, and not if it rolls back
-- because: Citus refuses every update that would move a row to another shard (0A000), to a free number as well; so a report stays with its number, too. And its schema has no opt-ins: opt_in() is one server's.

-- migrate:up

set local citus.multi_shard_modify_mode = 'sequential';

create function public.refuse_blocked_contacts() returns trigger
language plpgsql
stable
security definer
as $function$
-- Fires once for each shard that a statement writes to. Locks nothing; reads with the statement's snapshot,
-- at any isolation level. "offset 0" allows only a probe for each new row, never a hash table of the shard.
-- The shard beside is that of the first row. A row of another shard, which somebody put here by the shard's
-- name, would be looked up in the wrong place: it is refused. No name depends on a search_path: see
-- public.refuse_blocked_contact().
declare
  beside bigint;
  refused record;
begin
  select pg_catalog.get_shard_id_for_distribution_column('public.blocked_contacts', n.to_number)
  into beside
  from new_messages as n
  limit 1;

  if not found then
    return null;
  end if;

  execute pg_catalog.concat(
    'select n.to_number, pg_catalog.get_shard_id_for_distribution_column(',
    '''public.blocked_contacts'', n.to_number) operator(pg_catalog.<>) $1 as is_misplaced',
    ' from new_messages as n',
    ' where pg_catalog.get_shard_id_for_distribution_column(''public.blocked_contacts'', n.to_number)',
    ' operator(pg_catalog.<>) $1',
    ' or pg_catalog.octet_length(n.to_number) operator(pg_catalog.>) public.longest_to_number()',
    ' or exists (select from public.blocked_contacts_', beside,
    ' as b where b.phone operator(pg_catalog.=) n.to_number offset 0)',
    ' order by pg_catalog.octet_length(n.to_number) desc limit 1'
  )
  into refused
  using beside;

  if refused.is_misplaced then
    raise exception 'Cannot send message - to_number belongs to another shard'
      using errcode = 'check_violation',
            hint = 'Insert into outbound_messages, which finds the shard.',
            schema = 'public',
            table = 'outbound_messages',
            column = 'to_number';
  end if;
  if refused.to_number is not null then
    perform public.refuse_message(refused.to_number);
  end if;
  return null;
end
$function$;
comment on function public.refuse_blocked_contacts() is
  'Refuses a statement that sent to a blocked contact with SQLSTATE OPTED: one look at all of its new rows in a shard.';
revoke all on function public.refuse_blocked_contacts() from public;

do $ddl$
begin
  set local citus.enable_unsafe_triggers = on;
  drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages;
  create trigger outbound_messages_refuse_blocked_insert
  after insert on public.outbound_messages
  referencing new table as new_messages
  for each statement
  execute function public.refuse_blocked_contacts();
  comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
    'Once a statement and shard, over all of its rows; a refusal rolls them back and leaves them as dead rows.';
end
$ddl$;

-- migrate:down

set local citus.multi_shard_modify_mode = 'sequential';

do $ddl$
begin
  set local citus.enable_unsafe_triggers = on;
  drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages;
  create trigger outbound_messages_refuse_blocked_insert
  before insert on public.outbound_messages
  for each row
  execute function public.refuse_blocked_contact();
  comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
    'Before the row exists, so that a refused message leaves no dead row behind.';
end
$ddl$;
drop function public.refuse_blocked_contacts();
