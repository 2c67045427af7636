-- What a load must take back if it is killed: one row while it runs, none otherwise.
create schema if not exists optout_lab;

-- what labs before December 2026 called it
alter table if exists optout_lab.load_session rename to load_reservation;

create table if not exists optout_lab.load_reservation (
  only_row boolean primary key default true check (only_row),
  design text not null,
  run_tag integer,
  from_unix_ms bigint,
  own_profile_ids uuid[] not null default '{}',
  check_off boolean not null default false
);
alter table optout_lab.load_reservation
  add column if not exists check_off boolean not null default false; -- a lab of before has none
comment on table optout_lab.load_reservation is
  'The load that runs, or that was killed: the design is the one to put back; rows whose ids are of '
  'that time or later and end in the tag are its own, and so are the profiles; where the check is off it is to be put on.';
