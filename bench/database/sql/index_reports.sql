-- For the time of a transaction that deletes many messages as a role that cannot switch foreign keys off: each would
-- have all reports read for its own.
create index optout_lab_reports_of_message
on public.delivery_reports (message_id);
