-- title: blocked_contacts with a hash index, statement trigger
-- idea: The statement trigger over a hash index in place of the primary key: the cheapest probe, the fewest calls.
-- choose it when: Bulk inserts are what counts, and nobody needs blocked_contacts in order.
-- costs: What statement_trigger costs for one row, and what blocked_hash gives up: order, ranges, foreign keys; an insert straight into a partition passes it by, on PostgreSQL 15 to 18 alike.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

alter table public.blocked_contacts
  drop constraint blocked_contacts_pkey,
  add constraint blocked_contacts_phone_excl exclude using hash (phone with =);

-- Without a primary key: so that deletes can be published. The phone is all there is in a row.
alter table public.blocked_contacts replica identity full;

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

alter table public.blocked_contacts
  drop constraint blocked_contacts_phone_excl,
  add constraint blocked_contacts_pkey primary key (phone),
  replica identity default;
