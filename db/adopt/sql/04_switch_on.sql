-- 4. Switch on: from the moment in which this commits, every message to a blocked number is refused.
--
-- Locks: {messages} in SHARE ROW EXCLUSIVE mode for the moment in which the triggers are made. Whoever sends
--   waits for that moment, at most for lock_timeout while it is waited for; what cannot be had is tried again.
-- Isolation: READ COMMITTED. A message that waits here is checked, by what was blocked before.
-- Again: the triggers are made again.

-- {settings}

begin;
-- {require a finished backfill}
-- {until messages is free}
lock table "{messages}" in share row exclusive mode;

create or replace trigger "{refuse insert}"
before insert on "{messages}"
for each row
execute function "{schema}".refuse_blocked_contact();
comment on trigger "{refuse insert}" on "{messages}" is
  'Before the row exists, so that a refused message leaves no dead row behind.';

create or replace trigger "{refuse update}"
before update of "{number column}" on "{messages}"
for each row
when ("{number changed}")
execute function "{schema}".refuse_blocked_contact();
comment on trigger "{refuse update}" on "{messages}" is
  'A message may not be moved to a blocked number; one that is already there may be edited.';
-- {end}
commit;
