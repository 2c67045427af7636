-- What a bench must take back if it is killed: one row while it runs, none otherwise.
create schema if not exists optout_lab;

-- what labs before December 2026 called these
alter table if exists optout_lab.bench_session rename to bench_reservation;
drop schema if exists optout_lab_growth cascade;

create table if not exists optout_lab.bench_reservation (
  only_row boolean primary key default true check (only_row),
  process_id integer not null,
  started_at timestamptz not null default now(),
  boundary uuid not null,
  design text not null,
  tables_without_autovacuum text[] not null,
  threshold integer,
  triggers_made_always text[] not null default '{}'
);
alter table optout_lab.bench_reservation add column if not exists threshold integer; -- a lab of before has none
alter table optout_lab.bench_reservation
  add column if not exists triggers_made_always text[] not null default '{}'; -- the same
comment on table optout_lab.bench_reservation is
  'The bench that runs, or that was killed: rows at or above the boundary that carry its mark are its '
  'own, the design is the one to put back, the tables are those whose autovacuum it switched off, the '
  'threshold is the one to put back, the triggers of outbound_messages are those to fire as before.';
