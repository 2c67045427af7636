-- Ids cost a tenth of what they did on servers before PostgreSQL 18, which have no uuidv7() of their own.

-- migrate:up

-- The same ids as before, from one expression without a query in it: the planner puts that in the place of the
-- call. A function with a query was planned again for every insert, which took longer than the rest of the insert.
-- 48 bits of milliseconds and 12 bits of their fraction are one number, microseconds * 4096 / 1000.
do $migration$
begin
  if to_regprocedure('pg_catalog.uuidv7()') is null then
    create or replace function public.uuidv7() returns uuid
    language sql
    volatile
    parallel safe
    return (
      overlay(
        lpad(
          to_hex((date_part('epoch', clock_timestamp()) * 1000000)::bigint * 512 / 125),
          15,
          '0'
        )
        placing '7' from 13 for 0
      )
      || substr(gen_random_uuid()::text, 20)
    )::uuid;
  end if;
end
$migration$;

-- migrate:down

do $migration$
begin
  if to_regprocedure('pg_catalog.uuidv7()') is null then
    create or replace function public.uuidv7() returns uuid
    language sql
    volatile
    parallel safe
    return (
      select (
        lpad(to_hex(t.microseconds / 1000), 12, '0')
        || '7' || lpad(to_hex((t.microseconds % 1000) * 4096 / 1000), 3, '0')
        || substr(replace(gen_random_uuid()::text, '-', ''), 17)
      )::uuid
      from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as microseconds) as t
    );
  end if;
end
$migration$;
