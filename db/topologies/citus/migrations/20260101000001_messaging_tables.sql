-- The messaging application's own tables, spread over the nodes of a Citus cluster by phone number: what
-- belongs to one number is on one node, so that the check and the counting of opt-outs never leave it.
--
-- Citus sends the text of some statements to the workers as it came in, with all that came beside it:
-- statements on indexes and triggers are each in a DO block of their own. Sequential: one connection to each
-- worker, so that what one statement made the next one sees.

-- migrate:up

set local citus.multi_shard_modify_mode = 'sequential';

-- PostgreSQL 18 has uuidv7(). Older servers get an equivalent of the same name, so that the
-- defaults below read alike everywhere and ids are time-ordered on all of them.
-- Layout: RFC 9562, section 5.7; the 12 bits after the version hold the fraction of the
-- millisecond (section 6.2, method 3), as PostgreSQL 18 does it. The body is parsed here and now, so
-- no search_path of whoever inserts can change what it means.
do $migration$
begin
  if to_regprocedure('pg_catalog.uuidv7()') is null then
    create function public.uuidv7() returns uuid
    language sql
    volatile
    parallel safe
    return (
      select (
        lpad(to_hex(t.microseconds / 1000), 12, '0')
        || '7' || lpad(to_hex((t.microseconds % 1000) * 4096 / 1000), 3, '0')
        || substr(replace(gen_random_uuid()::text, '-', ''), 17)
      )::uuid
      from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as microseconds) as t
    );
    comment on function public.uuidv7() is
      'Time-ordered uuid (RFC 9562 version 7), for servers before PostgreSQL 18, which have none.';
  end if;
end
$migration$;

create table public.profiles (
  id uuid not null default uuidv7(),
  name text not null,
  constraint profiles_pkey primary key (id)
);
-- Before anything refers to it: whole on every node, so that foreign keys to it are checked there.
select create_reference_table('public.profiles');
comment on table public.profiles is
  'A sender: each has its own numbers and its own list of contacts who asked it to stop. Whole on every node.';

create table public.outbound_messages (
  id uuid not null default uuidv7(),
  profile_id uuid,
  to_number text collate "C" not null,
  body text not null,
  constraint outbound_messages_pkey primary key (to_number, id),
  constraint outbound_messages_profile_id_fkey
    foreign key (profile_id) references public.profiles (id)
);
select create_distributed_table('public.outbound_messages', 'to_number');
do $ddl$
begin
  create index outbound_messages_id_idx on public.outbound_messages (id);
end
$ddl$;
comment on table public.outbound_messages is
  'Inserting a row here sends a message. The opt-out check decides whether the row may exist.';
comment on column public.outbound_messages.profile_id is
  'The sender; null for a message that no profile sent, which then counts for no profile.';
comment on column public.outbound_messages.to_number is
  'The contact, as the application stores it: compared byte by byte, never normalised. Decides the shard.';

create table public.delivery_reports (
  id uuid not null default uuidv7(),
  message_id uuid not null,
  to_number text collate "C" not null,
  event_type text not null,
  error_code integer,
  constraint delivery_reports_pkey primary key (to_number, id),
  constraint delivery_reports_message_id_fkey
    foreign key (to_number, message_id) references public.outbound_messages (to_number, id),
  constraint delivery_reports_event_type_check check (event_type in ('delivered', 'failed')),
  constraint delivery_reports_error_code_check check (error_code in (30007, 21610))
);
select create_distributed_table(
  'public.delivery_reports',
  'to_number',
  colocate_with => 'public.outbound_messages'
);
do $ddl$
begin
  create index delivery_reports_id_idx on public.delivery_reports (id);
end
$ddl$;
comment on table public.delivery_reports is
  'What the carrier said of a message. One message may have several reports.';
comment on column public.delivery_reports.to_number is
  'The message''s number, which the carrier''s webhook has: it decides the shard, and the foreign key holds it to the message.';
comment on column public.delivery_reports.error_code is
  '21610: the contact had opted out of the sender. 30007: filtered by the carrier. Null: no error known.';

-- migrate:down

set local citus.multi_shard_modify_mode = 'sequential';

drop table public.delivery_reports;
drop table public.outbound_messages;
drop table public.profiles;
drop function if exists public.uuidv7();
