-- What a load must take back if it is killed: one row while it runs, none otherwise.
create schema if not exists optout_lab;

create table if not exists optout_lab.load_reservation (
  only_row boolean primary key default true check (only_row),
  design text not null,
  run_tag integer,
  from_unix_ms bigint,
  own_profile_ids uuid[] not null default '{}',
  check_off boolean not null default false,
  threshold integer
);
alter table optout_lab.load_reservation
  add column if not exists check_off boolean not null default false, -- a lab of before has none
  add column if not exists threshold integer;
comment on table optout_lab.load_reservation is
  'The load that runs, or that was killed: the design is the one to put back; rows whose ids are of '
  'that time or later and end in the tag are its own, and so are the profiles; where the check is off it is to be put on, '
  'and a threshold that is named is to be put back.';

-- Labs before December 2026 called it otherwise, and may have been at work after this one: their record
-- comes in once this lab's own was taken back. The design to put back is the one that was there first.
do $migration$
begin
  if to_regclass('optout_lab.load_session') is null then
    return;
  end if;
  if exists (select from optout_lab.load_reservation) then
    update optout_lab.load_session
    set design = (select r.design from optout_lab.load_reservation as r);
  else
    insert into optout_lab.load_reservation (design, run_tag, from_unix_ms, own_profile_ids)
    select o.design, o.run_tag, o.from_unix_ms, o.own_profile_ids
    from optout_lab.load_session as o;
    drop table optout_lab.load_session;
  end if;
end
$migration$;
