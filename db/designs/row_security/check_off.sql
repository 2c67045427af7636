alter table public.outbound_messages disable row level security;
