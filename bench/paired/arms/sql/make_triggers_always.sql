-- Lets every trigger of the messages that fires on insert, but the check's, fire whatever
-- session_replication_role is, foreign keys included, and notes which. Those that fire on delete rest in
-- the session that removes a bench's rows: a foreign key's would read all reports for every message.
-- Locks the table against writers for the moment of the change.
-- $1 text[]: the check's triggers
with chosen as (
  select t.tgname::text as name
  from pg_catalog.pg_trigger as t
  where t.tgrelid = 'public.outbound_messages'::regclass
    and t.tgenabled = 'O'
    and t.tgtype & 4 <> 0 -- on insert
    and not t.tgname = any ($1::text[])
)
update optout_lab.bench_reservation
set triggers_made_always = (select coalesce(array_agg(c.name order by c.name), '{}') from chosen as c)
returning triggers_made_always as triggers;
