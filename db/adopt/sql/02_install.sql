-- 2. Install: makes the tables and functions, and records every opt-out that is reported from now on.
-- Nothing is refused yet.
--
-- Locks: {reports}, and after it {messages}, each in SHARE ROW EXCLUSIVE mode for the moment in which its
--   triggers are made. Whoever writes there waits for that moment, at most for lock_timeout while it is
--   waited for; what cannot be had is tried again.
-- Isolation: READ COMMITTED; do not wrap the file in a transaction, which would keep those locks.
-- Again: tables and what is in them stay, and so does a threshold that was changed; functions and triggers
--   are made again.

-- {settings}

begin;

create schema if not exists opt_out_adoption;
comment on schema opt_out_adoption is '{adoption}';

create table if not exists opt_out_adoption.adoption (
  only_row boolean not null default true,
  version text not null,
  made_schema boolean not null,
  phase text not null default 'read',
  last_reference "{reference type}",
  noted bigint not null default 0,
  last_phone text collate "C",
  recorded bigint not null default 0,
  began_at timestamptz,
  finished_at timestamptz,
  constraint adoption_pkey primary key (only_row),
  constraint adoption_only_row_check check (only_row),
  constraint adoption_phase_check check (phase in ('read', 'sort', 'record', 'finished'))
);
comment on table opt_out_adoption.adoption is
  'Which version of the schema was adopted, and how far the backfill has come: one row.';
comment on column opt_out_adoption.adoption.version is 'The last migration of the lab that is in it.';
comment on column opt_out_adoption.adoption.made_schema is
  'Whether the schema {schema name} was made with it, and goes with it.';
comment on column opt_out_adoption.adoption.last_reference is
  'Of reports on messages up to this one the opt-outs are noted: so many, in noted.';
comment on column opt_out_adoption.adoption.began_at is
  'When it began to read. Who opts in later is passed over: triggers record what is reported since.';
comment on column opt_out_adoption.adoption.last_phone is
  'The opt-outs of numbers up to this one are recorded: so many, in recorded.';

-- {notes}

insert into opt_out_adoption.adoption (version, made_schema)
values ('{version}', pg_catalog.to_regnamespace('{schema name}') is null)
on conflict (only_row) do update
set version = excluded.version;

create schema if not exists "{schema}";

do $adopt$
begin
  if pg_catalog.to_regprocedure('{schema}.opt_out_block_threshold()') is null then
    -- {threshold function}
  end if;
end
$adopt$;
-- {threshold comment}

create table if not exists "{schema}".opt_outs (
  phone text collate "C" not null,
  profile_id "{sender type}" not null,
  ordinal integer not null,
  constraint opt_outs_phone_profile_id_key unique (phone, profile_id),
  constraint opt_outs_phone_ordinal_key unique (phone, ordinal)
);
comment on table "{schema}".opt_outs is
  'One row for each contact and profile that were told {codes}. It outlives the reports and messages '
  'it came from, so it references neither. Published by (phone, profile_id).';
-- {comment on ordinals}

do $adopt$
begin
  if exists (
    select
    from pg_catalog.pg_class as c
    where c.oid = '{schema}.opt_outs'::regclass
      and c.relreplident <> 'i'
  ) then
    alter table "{schema}".opt_outs replica identity using index opt_outs_phone_profile_id_key;
  end if;
end
$adopt$;

create table if not exists "{schema}".blocked_contacts (
  phone text collate "C" not null,
  constraint blocked_contacts_pkey primary key (phone)
);
comment on table "{schema}".blocked_contacts is
  'The numbers that enough distinct profiles were told to stop texting. A row here refuses every message.';

-- {opt ins}

-- {functions}

-- {trigger that takes}

-- {backfill procedures}

-- {rights}

commit;

-- {triggers that record}
