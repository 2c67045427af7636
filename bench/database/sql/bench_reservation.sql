-- What a bench must take back if it is killed: one row while it runs, none otherwise.
create schema if not exists optout_lab;

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

-- Labs before December 2026 called it otherwise, and may have been at work after this one. What this one
-- noted is then the earlier record, and covers what they left: its boundary is lower, and the design and
-- the threshold are those that they found.
do $migration$
begin
  if to_regclass('optout_lab.bench_session') is not null then
    alter table optout_lab.bench_session add column if not exists threshold integer;
    insert into optout_lab.bench_reservation
      (process_id, started_at, boundary, design, tables_without_autovacuum, threshold)
    select o.process_id, o.started_at, o.boundary, o.design, o.tables_without_autovacuum, o.threshold
    from optout_lab.bench_session as o
    on conflict do nothing;
    drop table optout_lab.bench_session;
  end if;
end
$migration$;
drop schema if exists optout_lab_growth cascade;
