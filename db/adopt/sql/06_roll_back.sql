-- 6. Roll back: takes all of it away, the triggers first. Opt-outs whose reports are gone are lost.
--
-- It does so only in a session that asked for it, so that nobody who runs all files runs this one:
--   set opt_out_adoption.roll_back = 'yes';
--
-- Locks: {messages}, and after it {reports}, each in ACCESS EXCLUSIVE mode for the moment in which the triggers
--   go: readers wait, too, at most for lock_timeout; what cannot be had is tried again.
-- Isolation: READ COMMITTED; do not wrap the file in a transaction, which would keep those locks.
-- Again: what is gone already is passed over.

-- {settings}

begin;
-- {require a wish to roll back}
-- {until messages is free}
drop trigger if exists "{refuse update}" on "{messages}";
drop trigger if exists "{refuse insert}" on "{messages}";
drop trigger if exists "{record move}" on "{messages}";
-- {end}
commit;

begin;
-- {require a wish to roll back}
-- {until reports is free}
drop trigger if exists "{record update}" on "{reports}";
drop trigger if exists "{record insert}" on "{reports}";
drop index if exists "{index}";
-- {end}
commit;

begin;
-- {require a wish to roll back}
do $adopt$
declare
  made_schema boolean := false;
begin
  if pg_catalog.to_regclass('opt_out_adoption.adoption') is not null then
    select a.made_schema
    into made_schema
    from opt_out_adoption.adoption as a;
  end if;

  drop table if exists "{schema}".opt_ins;
  -- {drop functions}
  drop table if exists "{schema}".blocked_contacts;
  drop table if exists "{schema}".opt_outs;
  drop schema if exists opt_out_adoption cascade;
  if made_schema then
    begin
      drop schema "{schema}";
    exception
      when dependent_objects_still_exist then
        raise notice 'schema {schema} stays: it holds more than was made';
    end;
  end if;
end
$adopt$;
commit;
