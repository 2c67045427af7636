insert into public.outbound_messages (profile_id, to_number, body)
values ($1, $2, 'rollout')
returning id
