-- title: blocked_contacts with a hash index, row-level security
-- idea: The policy over a hash index in place of the primary key: no trigger, no PL/pgSQL, the cheapest probe.
-- choose it when: What row_security asks for, and nobody needs blocked_contacts in order.
-- costs: What row_security and blocked_hash cost together.
-- keeps: opt_outs, blocked_contacts
-- needs: select on blocked_contacts
-- needs: execute on function refuse_unless_free(text,uuid)
-- cannot: a COPY that holds one blocked number is refused whole and inserts nothing

-- migrate:up

-- COPY is refused for every row, free numbers included: "COPY FROM not supported with row-level security".

alter table public.blocked_contacts
  drop constraint blocked_contacts_pkey,
  add constraint blocked_contacts_phone_excl exclude using hash (phone with =);

-- Without a primary key: so that deletes can be published. The phone is all there is in a row.
alter table public.blocked_contacts replica identity full;

-- Superusers and the table's owner pass by every policy, so an application needs a role of its own.
-- Roles belong to the whole server: another database may make or drop this one at the same moment.
do $migration$
begin
  for look in 1 .. 5 loop
    begin
      if to_regrole('optout_lab_app') is null then
        create role optout_lab_app nologin;
      end if;
      if not (select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = current_user) then
        execute format('grant optout_lab_app to %I', current_user);
      end if;
      grant usage on schema public to optout_lab_app;
      grant select, insert, update, delete
        on public.profiles, public.outbound_messages, public.delivery_reports
        to optout_lab_app;
      grant select on public.blocked_contacts to optout_lab_app;
      exit;
    exception
      when duplicate_object or unique_violation or undefined_object then
        -- made or dropped by another session just now: look again, but not for ever
        if look = 5 then
          raise;
        end if;
    end;
  end loop;
end
$migration$;

create function public.refuse_unless_free(to_number text, id uuid) returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
-- Called only for a number that the policy found blocked, or that has so many characters that it may be
-- too long. Locks nothing but the key of a message that is there already.
begin
  if octet_length(to_number) <= public.longest_to_number()
    and not exists (
      select
      from public.blocked_contacts as b
      where b.phone = refuse_unless_free.to_number
    )
  then
    return true;
  end if;
  return public.refuse_message(to_number, id);
end
$function$;
comment on function public.refuse_unless_free(text, uuid) is
  'Refuses a message to a number that is blocked or too long; true for one to any other.';
-- A policy runs as whoever inserts, and so does what it calls.
grant execute on function public.refuse_unless_free(text, uuid) to public;

create policy outbound_messages_allow on public.outbound_messages
for all
using (true)
with check (true);
comment on policy outbound_messages_allow on public.outbound_messages is
  'Everything goes that no restrictive policy forbids.';

-- The lookup is part of the plan of the application's own statement, which a prepared statement keeps:
-- one that was made while blocked_contacts was empty or had one page would scan it later on. A policy has
-- no settings of its own. So the application's sessions switch scans off (session.sql). A function with
-- the setting in place of the lookup would cost a send more, one row (175,500 instructions, this 169,000)
-- and a row of a thousand.
-- "offset 0" allows only a probe for each new row, never a hash table of all of blocked_contacts.
-- The executor looks at the rights to each function of a policy anew for every statement, so here is one
-- where octet_length(to_number) > longest_to_number() would be two: a number is too long only if it has
-- 32 characters (each has at most four bytes), which no phone number has.
create policy outbound_messages_refuse_blocked on public.outbound_messages
as restrictive
for insert
with check (
  case
    when exists (
        select
        from public.blocked_contacts as b
        where b.phone = to_number
        offset 0
      )
      or to_number like '________________________________%'
    then public.refuse_unless_free(to_number, id)
    else true
  end
);
comment on policy outbound_messages_refuse_blocked on public.outbound_messages is
  'Looked up within the plan of the insert itself. Runs as whoever inserts, who therefore may read blocked_contacts.';

alter table public.outbound_messages enable row level security;

-- A policy sees the new row only and cannot tell a move from an edit: the trigger on updates stays.
drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages;

-- migrate:down

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';

alter table public.outbound_messages disable row level security;
drop policy outbound_messages_refuse_blocked on public.outbound_messages;
drop policy outbound_messages_allow on public.outbound_messages;
drop function if exists public.refuse_unless_free(text, uuid);
-- what earlier versions of this design made and granted
revoke execute on function public.refuse_message(text, uuid) from public;
drop function if exists public.refuse_message();

revoke all on public.blocked_contacts from optout_lab_app;
revoke all on public.profiles, public.outbound_messages, public.delivery_reports from optout_lab_app;
revoke all on schema public from optout_lab_app;

do $migration$
begin
  drop role optout_lab_app;
exception
  when dependent_objects_still_exist or undefined_object or insufficient_privilege or internal_error then
    null; -- another database of this server uses it, or has dropped it just now
end
$migration$;

alter table public.blocked_contacts
  drop constraint blocked_contacts_phone_excl,
  add constraint blocked_contacts_pkey primary key (phone),
  replica identity default;
