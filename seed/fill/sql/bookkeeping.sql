-- What the seeder remembers, so that a load that was killed can be finished. Beside the data, and
-- written in the same transactions as the data: it cannot say anything that is not so.
create schema if not exists optout_lab;

create table if not exists optout_lab.seed_record (
  only_row boolean primary key default true check (only_row),
  data_set_version integer not null,
  messages bigint not null,
  seed bigint not null,
  ordinary_report_share double precision not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);
comment on table optout_lab.seed_record is
  'The data set that this database holds, or that a seed has begun to write. At most one row.';

-- What a shaped data set looks like; as json, which keeps the order of its members.
alter table optout_lab.seed_record
  add column if not exists shape json;

-- Labs before December 2026 called it otherwise, and may have been at work after this one.
do $migration$
begin
  if to_regclass('optout_lab.seed_plan') is not null then
    delete from optout_lab.seed_record as r
    using optout_lab.seed_plan as o
    where o.started_at > r.started_at;
    insert into optout_lab.seed_record
      (data_set_version, messages, seed, ordinary_report_share, started_at, finished_at)
    select
      o.data_set_version, o.messages, o.seed, o.ordinary_report_share, o.started_at, o.finished_at
    from optout_lab.seed_plan as o
    on conflict do nothing;
    drop table optout_lab.seed_plan;
  end if;
end
$migration$;

create table if not exists optout_lab.seed_stages (
  stage text primary key,
  seconds double precision not null,
  row_count bigint,
  checksum text,
  finished_at timestamptz not null default clock_timestamp()
);
comment on table optout_lab.seed_stages is
  'Stages of a seed that are done: each row was committed together with what the stage made.';

create table if not exists optout_lab.seed_definitions (
  table_name text not null,
  name text not null,
  kind text not null,
  constraint_definition text,
  index_definition text,
  referenced_table text,
  comment text,
  primary key (table_name, name)
);
-- The kinds were fewer once: a table from then keeps its rows and gets this list.
alter table optout_lab.seed_definitions
  drop constraint if exists seed_definitions_kind_check,
  add constraint seed_definitions_kind_check
    check (kind in ('foreign key', 'constraint', 'index', 'replica identity', 'autovacuum', 'trigger'));
comment on table optout_lab.seed_definitions is
  'Indexes, constraints and settings taken off the tables for a load, as they were. A stage puts each '
  'back and removes its row here; rows here between seeds mean that a load was not finished.';
