-- title: blocked_contacts by primary key, row-level security
-- idea: A restrictive policy for insert looks the number up in blocked_contacts; the lookup is part of the insert's own plan, without a trigger or PL/pgSQL.
-- choose it when: The application has a role of its own that owns nothing, and statements are prepared.
-- costs: No COPY; superusers and the owner are not checked; the application may read blocked_contacts; every insert is planned with the lookup in it.
-- keeps: opt_outs, blocked_contacts
-- needs: execute on function message_may_go(text, uuid)
-- cannot: a COPY that holds one blocked number is refused whole and inserts nothing

-- migrate:up

-- COPY is refused for every row, free numbers included: "COPY FROM not supported with row-level security".

-- Superusers and the table's owner pass by every policy, so an application needs a role of its own.
-- Roles belong to the whole server: another database may make or drop this one at the same moment.
do $migration$
begin
  loop
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
      exit;
    exception
      when duplicate_object or unique_violation or undefined_object then
        null; -- made or dropped by another session just now: look again
    end;
  end loop;
end
$migration$;

create function public.message_may_go(to_number text, id uuid) returns boolean
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
-- True, or a refusal. Locks nothing but the key of a message that is there already; reads with the
-- statement's snapshot, at any isolation level.
-- A kept plan never scans, and no name depends on a search_path: see public.refuse_blocked_contact().
begin
  perform
  from public.blocked_contacts as b
  where b.phone operator(pg_catalog.=) message_may_go.to_number;

  if found
    or pg_catalog.octet_length(message_may_go.to_number) operator(pg_catalog.>) public.longest_to_number()
  then
    return public.refuse_message(message_may_go.to_number, message_may_go.id);
  end if;
  return true;
end
$function$;
comment on function public.message_may_go(text, uuid) is
  'Refuses a message to a blocked contact. A policy runs as whoever inserts, so everyone may call it.';

create policy outbound_messages_allow on public.outbound_messages
for all
using (true)
with check (true);
comment on policy outbound_messages_allow on public.outbound_messages is
  'Everything goes that no restrictive policy forbids.';

create policy outbound_messages_refuse_blocked on public.outbound_messages
as restrictive
for insert
with check (public.message_may_go(to_number, id));
comment on policy outbound_messages_refuse_blocked on public.outbound_messages is
  'Looked up by a function: the plan of the insert itself would be kept by a prepared statement, scan and all.';

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
drop function if exists public.message_may_go(text, uuid);
drop function if exists public.refuse_message(); -- an earlier version of this design made it

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
