-- Upgrade: makes of version {old version} of the schema version {version}, over {messages} and {reports}.
--
-- Locks: {reports} and {messages}, as 02_install.sql and 04_switch_on.sql do, one after the other, for the
--   moment in which triggers are made. Functions are exchanged in one transaction before that, for every
--   statement that begins after it.
-- Isolation: READ COMMITTED; do not wrap the file in a transaction, which would keep those locks.
-- Again: changes nothing.

-- {settings}

begin;

do $adopt$
begin
  if (select a.version from opt_out_adoption.adoption as a) not in ('{old version}', '{version}') then
    raise exception 'this file is for version {old version}, and the schema has another'
      using errcode = 'object_not_in_prerequisite_state';
  end if;
end
$adopt$;

-- {comment on ordinals}

-- {opt ins}

-- {drop what is made anew}

-- {changed functions}

-- {trigger that takes}

alter table opt_out_adoption.adoption
add column if not exists began_at timestamptz;
comment on column opt_out_adoption.adoption.began_at is
  'When it began to read. Who opts in later is passed over: triggers record what is reported since.';

alter table opt_out_adoption.adoption
add column if not exists last_phone text collate "C",
drop column if exists next_page;
comment on column opt_out_adoption.adoption.last_phone is
  'The opt-outs of numbers up to this one are recorded: so many, in recorded.';

-- A backfill that was not finished begins anew: it kept its notes in another table.
drop procedure if exists
  opt_out_adoption.backfill(integer),
  opt_out_adoption.record_opt_outs(integer);
drop table if exists opt_out_adoption.opted_out;
truncate opt_out_adoption.reported;

-- {notes}

-- {backfill procedures}

-- {rights}

update opt_out_adoption.adoption
set version = '{version}';

commit;

-- {triggers that record}

-- {switch if it is on}

-- {drop what is gone}
