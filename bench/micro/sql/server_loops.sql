-- Loops inside the server, so that no client is in the way. They live as long as the session.
-- Each returns how long it took, in nanoseconds.
-- Volatile, because they insert, and each turn of a loop sees the rows of the turns before. The search_path
-- is set once a call, not once a row; without public in it every name of the schema is qualified, so that
-- the same statements are timed whatever path the session has.
-- They lock what an application's insert locks, and no more.

create function pg_temp.insert_one_by_one(profiles uuid[], phones text[], body text)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
declare
  started timestamptz := clock_timestamp();
begin
  for i in 1 .. cardinality(phones) loop
    insert into public.outbound_messages (profile_id, to_number, body)
    values (profiles[i], phones[i], body);
  end loop;
  return extract(epoch from clock_timestamp() - started) * 1000000000;
end
$function$;

create function pg_temp.insert_at_once(profiles uuid[], phones text[], body text)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
declare
  started timestamptz := clock_timestamp();
begin
  insert into public.outbound_messages (profile_id, to_number, body)
  select
    drawn.profile_id,
    drawn.to_number,
    insert_at_once.body
  from unnest(profiles, phones) as drawn (profile_id, to_number);
  return extract(epoch from clock_timestamp() - started) * 1000000000;
end
$function$;
