-- title: blocked_contacts by the phone as a number, row trigger
-- idea: blocked_contacts is indexed by its phones as bigint; a BEFORE INSERT row trigger turns the new number into one and looks that up.
-- choose it when: Practically every number is E.164 and the size of the index matters.
-- costs: A pattern match a row to stay exact, because '+1' and '01' are the same number and not the same text; a second index for texts that are no number.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

-- Inlined into queries and into the index below, so it has no settings of its own; its body is parsed
-- here and now, so no search_path can change what it means later.
create function public.phone_number(phone text) returns bigint
language sql
immutable
parallel safe
return case
  when phone_number.phone collate "C" ~ '^\+[1-9][0-9]{0,17}$' then substr(phone_number.phone, 2)::bigint
end;
comment on function public.phone_number(text) is
  'An E.164 number as bigint, null for any other text. No two texts give the same number.';

alter table public.blocked_contacts
  drop constraint blocked_contacts_pkey;

-- Without a primary key: so that deletes can be published. The phone is all there is in a row.
alter table public.blocked_contacts replica identity full;

create unique index blocked_contacts_number_key
on public.blocked_contacts (public.phone_number(phone));
comment on index public.blocked_contacts_number_key is
  'Blocked numbers by 8 bytes each.';

create unique index blocked_contacts_other_key
on public.blocked_contacts (phone)
where public.phone_number(phone) is null;
comment on index public.blocked_contacts_other_key is
  'Blocked texts that are no E.164 number. Usually empty.';

analyze public.blocked_contacts;

create or replace function public.lock_block(contact text) returns tid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- As the schema's own, by the indexes that there are here.
declare
  number bigint := public.phone_number(contact);
  place tid;
begin
  if number is not null then
    select b.ctid
    into place
    from public.blocked_contacts as b
    where public.phone_number(b.phone) = number
    for update;
  else
    select b.ctid
    into place
    from public.blocked_contacts as b
    where b.phone = contact
      and public.phone_number(b.phone) is null
    for update;
  end if;
  return place;
end
$function$;

create function public.refuse_blocked_number() returns trigger
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
-- Locks nothing but the key of a message that is there already; reads with the statement's snapshot, at
-- any isolation level.
-- A kept plan never scans, and no name depends on a search_path: see public.refuse_blocked_contact().
declare
  number bigint := public.phone_number(new.to_number);
begin
  if number is not null then
    perform
    from public.blocked_contacts as b
    where public.phone_number(b.phone) operator(pg_catalog.=) number;
  else
    perform
    from public.blocked_contacts as b
    where b.phone operator(pg_catalog.=) new.to_number
      and public.phone_number(b.phone) is null;
  end if;

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
comment on function public.refuse_blocked_number() is
  'Refuses a message to a blocked contact with SQLSTATE OPTED: one lookup of its number in blocked_contacts.';
revoke all on function public.refuse_blocked_number() from public;

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_number();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

create or replace trigger outbound_messages_refuse_blocked_update
before update of to_number on public.outbound_messages
for each row
when (new.to_number is distinct from old.to_number)
execute function public.refuse_blocked_number();

-- migrate:down

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

-- The locks first, in a reporter's order: nobody is in a function whose helper goes.
lock table public.opt_outs, public.blocked_contacts in access exclusive mode;

drop function public.refuse_blocked_number();

create or replace function public.lock_block(contact text) returns tid
language sql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set row_security = off
as $function$
-- Here an opt-in meets who relies on a block that was there, and other opt-ins.
  select b.ctid
  from public.blocked_contacts as b
  where b.phone = lock_block.contact
  for update
$function$;

drop index public.blocked_contacts_other_key;
drop index public.blocked_contacts_number_key;
drop function public.phone_number(text);

alter table public.blocked_contacts
  add constraint blocked_contacts_pkey primary key (phone),
  replica identity default;
