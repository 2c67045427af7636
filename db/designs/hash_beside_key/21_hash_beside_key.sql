-- title: blocked_contacts with a hash index beside its primary key, row trigger
-- idea: The default with a hash index beside the primary key: a send probes the hash index, everything else goes by the key.
-- choose it when: Sends are many and blocks are few, and the primary key is to stay for what it is good at: order, foreign keys, publication, inserts that never deadlock.
-- costs: A second index on blocked_contacts, which every block writes to; a hash index grows by doubling.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

create index blocked_contacts_phone_hash_idx
on public.blocked_contacts using hash (phone);
comment on index public.blocked_contacts_phone_hash_idx is
  'What a send probes: one page, however many numbers are blocked. That a number is there once, the primary key sees to.';

analyze public.blocked_contacts;

create function public.refuse_blocked_by_hash() returns trigger
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
-- Locks nothing but the key of a message that is there already; reads with the statement's snapshot, at
-- any isolation level.
-- A kept plan never scans, and no name depends on a search_path: see public.refuse_blocked_contact().
-- The row's place is read because no index holds it: else the primary key alone would do, at more cost.
begin
  perform b.ctid
  from public.blocked_contacts as b
  where b.phone operator(pg_catalog.=) new.to_number;

  if found
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
comment on function public.refuse_blocked_by_hash() is
  'Refuses a message to a blocked contact with SQLSTATE OPTED: one probe of a hash index on blocked_contacts.';
revoke all on function public.refuse_blocked_by_hash() from public;

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_by_hash();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

-- migrate:down

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';
drop function public.refuse_blocked_by_hash();
drop index public.blocked_contacts_phone_hash_idx;
