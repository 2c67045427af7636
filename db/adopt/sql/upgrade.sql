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

-- {drop what is made anew}

-- {changed functions}

update opt_out_adoption.adoption
set version = '{version}';

commit;

-- {triggers that record}

-- {triggers that refuse if they are on}

-- {drop what is gone}
