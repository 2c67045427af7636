-- title: blocked_contacts by primary key, row trigger
-- idea: The default, the schema itself: three opt-outs put the number into blocked_contacts; a BEFORE INSERT row trigger on every shard looks it up in the shard beside.
-- choose it when: Messages are sent one at a time or in small batches, and a refused message should leave nothing behind.
-- costs: One PL/pgSQL call, one statement planned anew and one index probe a row.
-- keeps: opt_outs, blocked_contacts
-- cannot: an update that moves a message to a blocked number is refused
-- cannot: a message that gets another number after its 21610 counts for both
-- because: Citus refuses every update that would move a row to another shard (0A000), to a free number as well.

-- migrate:up

-- Nothing to lay over the schema: this design is the schema.

-- migrate:down
