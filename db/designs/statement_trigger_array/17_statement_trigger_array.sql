-- title: blocked_contacts by primary key, statement trigger, one array
-- idea: The statement trigger hands all new numbers to one index scan, as an array, instead of one probe after another.
-- choose it when: Statements are large, against the same primary key as the default.
-- costs: Sorts the numbers of each statement; more than a row trigger for a single row; a refused statement leaves dead rows; before PostgreSQL 17 every number goes down the index by itself, so that only the calls are saved; an insert straight into a partition passes it by, on 15 to 18 alike.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

create function public.refuse_blocked_contacts() returns trigger
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
-- Locks nothing; reads with the statement's snapshot, at any isolation level.
-- An array of keys is one index scan: from PostgreSQL 17 it visits the keys in order and goes down the
-- tree again only where the next key is not on the page at hand. Its plan does not depend on the
-- number of rows. An array holds less than 1 GB: some 60 million numbers in one statement.
-- A kept plan never scans, and no name depends on a search_path: see public.refuse_blocked_contact().
-- A number that is too long is refused while the array is made: a second look at the rows costs more.
begin
  perform
  from public.blocked_contacts as b
  where b.phone operator(pg_catalog.=) any (array(
    select
      case
        when pg_catalog.octet_length(n.to_number) operator(pg_catalog.>) public.longest_to_number()
        then public.refuse_message(n.to_number)::pg_catalog.text
        else n.to_number
      end
    from new_messages as n
  ));

  if found then
    perform public.refuse_message('');
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
