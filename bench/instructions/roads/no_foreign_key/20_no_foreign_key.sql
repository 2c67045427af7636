-- title: messages without a foreign key
-- idea: The default, and no key from messages to profiles: what that key costs.
-- choose it when: Never: it is here to be counted.
-- costs: a message may name a profile that does not exist.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

alter table public.outbound_messages drop constraint outbound_messages_profile_id_fkey;

-- migrate:down
