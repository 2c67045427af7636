-- 4. Switch on: from the moment in which this commits, every message to a blocked number is refused, by the
-- design {design}: {design title}.
--
-- Locks: {messages} in SHARE ROW EXCLUSIVE mode for the moment in which the triggers are made. Whoever sends
--   waits for that moment, at most for lock_timeout while it is waited for; what cannot be had is tried again.
--   An index of a design is built, and dropped, while numbers are blocked ("concurrently").
-- Isolation: READ COMMITTED; do not wrap the file in a transaction. A message that waits here is checked, by
--   what was blocked before.
-- Again: the triggers are made again. Where another design checked, this one takes its place in one moment:
--   no message passes unchecked. What only the other one needed goes after that.

-- {settings}

-- {switch}
