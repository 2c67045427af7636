-- title: blocked_contacts with a hash index, row trigger
-- idea: The default with its primary key replaced by a hash index, unique through an exclusion constraint; same trigger, same function.
-- choose it when: Numbers are looked up by equality alone and the btree's descent is what the check costs most.
-- costs: No order, no ranges, no foreign key may point at it, an insert into it probes first; on PostgreSQL 15 to 18, one-row inserts of one number at the same moment deadlock now and then (40P01) unless they say "on conflict do nothing", as the schema's own do; a hash index grows by doubling.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

alter table public.blocked_contacts
  drop constraint blocked_contacts_pkey,
  add constraint blocked_contacts_phone_excl exclude using hash (phone with =);

-- Without a primary key: so that deletes can be published. The phone is all there is in a row.
alter table public.blocked_contacts replica identity full;
comment on constraint blocked_contacts_phone_excl on public.blocked_contacts is
  'A hash index cannot be unique; an exclusion constraint with equality says the same and "on conflict do nothing" accepts it.';

-- migrate:down

alter table public.blocked_contacts
  drop constraint blocked_contacts_phone_excl,
  add constraint blocked_contacts_pkey primary key (phone),
  replica identity default;
