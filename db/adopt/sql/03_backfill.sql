-- 3. Backfill: records the opt-outs of the reports that are older than the triggers, and blocks.
--
-- It notes them first, sorts them part by part, which touches nobody's tables, and then records them: so each
-- index grows at one place at a time, which is quicker than to go back and forth in it.
--
-- Locks: rows of opt_outs and blocked_contacts, for transactions of some 50 ms. A report of a number that is
--   being worked on waits for one of them; messages are sent as before. It gives way where it would wait
--   longer than lock_timeout.
-- Isolation: READ COMMITTED; it commits by itself, so do not wrap the file in a transaction.
-- Again: goes on where it stopped, also after it was killed; once finished, it works through everything anew.
-- How far it is: select * from opt_out_adoption.adoption;

-- {settings}

set jit = off;
-- What a crash takes of the last batches, it takes with the note of how far they came.
set synchronous_commit = off;

call opt_out_adoption.note_opt_outs();

-- from here on the notes are read from their index alone
vacuum opt_out_adoption.reported;

call opt_out_adoption.record_opt_outs();

vacuum (analyze, truncate off) "{schema}".opt_outs, "{schema}".blocked_contacts;

reset synchronous_commit;
