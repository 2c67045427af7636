-- title: blocked_contacts by primary key, row trigger
-- idea: The default, the schema itself: three opt-outs put the number into blocked_contacts; a BEFORE INSERT row trigger on every shard looks it up in the shard beside.
-- choose it when: Messages are sent one at a time or in small batches, and a refused message should leave nothing behind.
-- costs: One PL/pgSQL call, one statement planned anew and one index probe a row.
-- keeps: opt_outs, blocked_contacts
-- cannot: an update that moves a message to a blocked number is refused
-- cannot: a message that gets another number after its 21610 counts for both
-- cannot: a report with 21610 counts when it becomes a failed one, and for the message that it is pointed at
-- cannot: opting in to one profile takes its opt-out, and unblocks once too few are left
-- cannot: opting in everywhere takes all opt-outs of a number, and unblocks it alone
-- cannot: a 21610 that is stored after an opt-in counts anew, whatever its id, and can be opted in again
-- cannot: a report that gets its 21610 after an opt-in counts, although it was stored before
-- cannot: a 21610 that an opt-in covers does not count when it is updated, moved to and fro, or deleted
-- cannot: an opt-in holds inside its transaction and after it, and not if it rolls back
-- because: Citus refuses every update that would move a row to another shard (0A000), to a free number as well; so a report stays with its number, too. And its schema has no opt-ins: opt_in() is one server's.

-- migrate:up

-- Nothing to lay over the schema: this design is the schema.

-- migrate:down
