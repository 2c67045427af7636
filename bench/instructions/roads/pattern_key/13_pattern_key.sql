-- title: a btree by text_pattern_ops
-- idea: The primary key replaced by an index whose operator class asks for no collation.
-- choose it when: Never: it is here to be counted.
-- costs: the primary key.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

alter table public.blocked_contacts drop constraint blocked_contacts_pkey;
create unique index blocked_contacts_phone_key on public.blocked_contacts (phone text_pattern_ops);

-- migrate:down
