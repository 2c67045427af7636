alter table public.outbound_messages enable row level security;
