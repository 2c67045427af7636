-- title: blocked_contacts by primary key, view with check option
-- idea: outbound_messages becomes a view whose check option calls a function that looks the number up; no trigger.
-- choose it when: The application reaches its tables through views anyway.
-- costs: No COPY; whoever writes to the table behind the view is not checked; every row read through the view costs a call of the function too; whoever may insert may also ask whether a number is blocked; a message that is deleted at the same moment may be stored again under its id.
-- keeps: opt_outs, blocked_contacts
-- needs: execute on function message_may_go(text,uuid)
-- cannot: a COPY that holds one blocked number is refused whole and inserts nothing

-- migrate:up

-- COPY into a view needs an INSTEAD OF trigger, and with one the check option has no effect.

alter table public.outbound_messages rename to outbound_messages_stored;
drop trigger if exists outbound_messages_refuse_blocked_insert on public.outbound_messages_stored;

create function public.message_may_go(to_number text, id uuid) returns boolean
language plpgsql
stable
parallel safe
security definer
set enable_seqscan = off
as $function$
-- True, or a refusal. Locks nothing; reads with the statement's snapshot, at any isolation level.
-- The check option calls it for the row that was just inserted, reading calls it for rows that are
-- there. What tells them apart is the statement's snapshot, which does not show its own row yet: a row
-- to a blocked number passes if it is already there, else it is refused.
-- A kept plan never scans, and no name depends on a search_path: see public.refuse_blocked_contact().
begin
  perform
  from public.blocked_contacts as b
  where b.phone operator(pg_catalog.=) message_may_go.to_number;

  if found
    or pg_catalog.octet_length(message_may_go.to_number) operator(pg_catalog.>) public.longest_to_number()
  then
    perform
    from public.outbound_messages_stored as already
    where already.id operator(pg_catalog.=) message_may_go.id;

    if not found then
      return public.refuse_message(message_may_go.to_number);
    end if;
  end if;
  return true;
end
$function$;
comment on function public.message_may_go(text, uuid) is
  'Refuses a message to a blocked contact. A view calls functions as whoever uses it, so everyone may call it.';

-- The trigger on updates stays: by this condition a message that is there may go anywhere.
create or replace view public.outbound_messages as
select
  m.id,
  m.profile_id,
  m.to_number,
  m.body
from public.outbound_messages_stored as m
where public.message_may_go(m.to_number, m.id)
with local check option;
comment on view public.outbound_messages is
  'Inserting a row here sends a message; the check option refuses those to blocked contacts.';

-- Rights that were given on the table move to the view: whoever kept them there would pass by the check.
do $migration$
declare
  held record;
begin
  for held in
    select
      case when a.grantee = 0 then 'public' else a.grantee::regrole::text end as grantee,
      a.privilege_type || a.columns as privilege,
      case when a.is_grantable then ' with grant option' else '' end as option
    from (
      select x.grantee, x.privilege_type, x.is_grantable, '' as columns, c.relowner
      from pg_catalog.pg_class as c
      cross join lateral aclexplode(c.relacl) as x
      where c.oid = 'public.outbound_messages_stored'::regclass
      union all
      select x.grantee, x.privilege_type, x.is_grantable, format(' (%I)', t.attname), c.relowner
      from pg_catalog.pg_class as c
      join pg_catalog.pg_attribute as t on t.attrelid = c.oid
      cross join lateral aclexplode(t.attacl) as x
      where c.oid = 'public.outbound_messages_stored'::regclass
    ) as a
    where a.grantee <> a.relowner
  loop
    execute format('grant %s on public.outbound_messages to %s%s', held.privilege, held.grantee, held.option);
    execute format('revoke all on public.outbound_messages_stored from %s', held.grantee);
  end loop;
end
$migration$;

-- migrate:down

-- Rights that were given on the view move to the table: the view goes.
do $migration$
declare
  held record;
begin
  for held in
    select
      case when a.grantee = 0 then 'public' else a.grantee::regrole::text end as grantee,
      a.privilege_type || a.columns as privilege,
      case when a.is_grantable then ' with grant option' else '' end as option
    from (
      select x.grantee, x.privilege_type, x.is_grantable, '' as columns, c.relowner
      from pg_catalog.pg_class as c
      cross join lateral aclexplode(c.relacl) as x
      where c.oid = 'public.outbound_messages'::regclass
      union all
      select x.grantee, x.privilege_type, x.is_grantable, format(' (%I)', t.attname), c.relowner
      from pg_catalog.pg_class as c
      join pg_catalog.pg_attribute as t on t.attrelid = c.oid
      cross join lateral aclexplode(t.attacl) as x
      where c.oid = 'public.outbound_messages'::regclass
    ) as a
    where a.grantee <> a.relowner
  loop
    execute format('grant %s on public.outbound_messages_stored to %s%s', held.privilege, held.grantee, held.option);
  end loop;
end
$migration$;

drop view public.outbound_messages;
drop function if exists public.message_may_go(text, uuid);
drop function if exists public.refuse_message(); -- an earlier version of this design made it
alter table public.outbound_messages_stored rename to outbound_messages;

create or replace trigger outbound_messages_refuse_blocked_insert
before insert on public.outbound_messages
for each row
execute function public.refuse_blocked_contact();
comment on trigger outbound_messages_refuse_blocked_insert on public.outbound_messages is
  'Before the row exists, so that a refused message leaves no dead row behind.';
