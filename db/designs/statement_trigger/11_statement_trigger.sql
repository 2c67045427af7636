-- title: blocked_contacts by primary key, statement trigger
-- idea: An AFTER INSERT statement trigger probes blocked_contacts by primary key for every row of the transition table, in one query.
-- choose it when: Messages are sent many at a time: one call of PL/pgSQL and one query a statement instead of a row.
-- costs: A copy of every new row in the transition table; more than a row trigger for a single row; a refused statement leaves dead rows; an insert straight into a partition passes it by, on PostgreSQL 15 to 18 alike.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

create function public.refuse_blocked_contacts() returns trigger
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
-- Locks nothing; reads with the statement's snapshot, at any isolation level.
-- The plan is made once a session, from the size of the first statement it sees, and kept: "offset 0"
-- allows only a probe for each new row, never a hash table of all of blocked_contacts, and enable_seqscan
-- only a probe that does not scan. No name depends on a search_path: see public.refuse_blocked_contact().
begin
  perform
  from new_messages as n
  where pg_catalog.octet_length(n.to_number) operator(pg_catalog.>) public.longest_to_number()
    or exists (
      select
      from public.blocked_contacts as b
      where b.phone operator(pg_catalog.=) n.to_number
      offset 0
    );

  if found then
    perform public.refuse_message((
      select n.to_number
      from new_messages as n
      order by pg_catalog.octet_length(n.to_number) desc
      limit 1
    ));
  end if;
  return null;
end
$function$;
comment on function public.refuse_blocked_contacts() is
  'Refuses a statement that sent to a blocked contact with SQLSTATE OPTED: one look at all of its new rows.';
revoke all on function public.refuse_blocked_contacts() from public;

drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages;
create or replace trigger outbound_messages_refuse_blocked_insert
after insert on public.outbound_messages
referencing new table as new_messages
for each statement
execute function public.refuse_blocked_contacts();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Once a statement, over all of its rows; a refusal rolls them back and leaves them as dead rows.';

-- migrate:down

drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages;
create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';
drop function public.refuse_blocked_contacts();
