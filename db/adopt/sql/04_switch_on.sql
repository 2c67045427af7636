-- 4. Switch on: from the moment in which this commits, every message to a blocked number is refused.
--
-- Locks: {messages} in SHARE ROW EXCLUSIVE mode for the moment in which the triggers are made. Whoever sends
--   waits for that moment, at most for lock_timeout while it is waited for; what cannot be had is tried again.
-- Isolation: READ COMMITTED. A message that waits here is checked, by what was blocked before.
-- Again: the triggers are made again.

-- {settings}

begin;
-- {require a finished backfill}
-- {triggers that refuse}
commit;
