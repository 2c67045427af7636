-- title: blocked_contacts by primary key, row trigger
-- idea: The default, the schema itself: three opt-outs put the number into blocked_contacts; a BEFORE INSERT row trigger looks it up by primary key.
-- choose it when: Messages are sent one at a time or in small batches, and a refused message should leave nothing behind.
-- costs: One PL/pgSQL call and one index probe a row.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

-- Nothing to lay over the schema: this design is the schema.

-- migrate:down
