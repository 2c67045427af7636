-- Loops inside the server, so that no client is in the way. They live as long as the session.
-- Each returns how long it took, in nanoseconds.

create function pg_temp.insert_one_by_one(profiles uuid[], phones text[], body text)
returns bigint
language plpgsql
as $function$
declare
  started timestamptz := clock_timestamp();
begin
  for i in 1 .. cardinality(phones) loop
    insert into outbound_messages (profile_id, to_number, body)
    values (profiles[i], phones[i], body);
  end loop;
  return extract(epoch from clock_timestamp() - started) * 1000000000;
end
$function$;

create function pg_temp.insert_at_once(profiles uuid[], phones text[], body text)
returns bigint
language plpgsql
as $function$
declare
  started timestamptz := clock_timestamp();
begin
  insert into outbound_messages (profile_id, to_number, body)
  select
    drawn.profile_id,
    drawn.to_number,
    insert_at_once.body
  from unnest(profiles, phones) as drawn (profile_id, to_number);
  return extract(epoch from clock_timestamp() - started) * 1000000000;
end
$function$;
