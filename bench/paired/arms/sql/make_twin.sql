-- A table beside the messages: the same columns, defaults, keys, foreign keys, checks and triggers, and no
-- rows. With "by_month" it is partitioned by its ids, whose first 48 bits are the time (RFC 9562, section
-- 5.7): a partition for each of the last twelve months, the present one among them, and one for all else.
-- Lives as long as the session. Writers of profiles wait for the moment in which the foreign key is added.
create or replace function pg_temp.make_twin(twin text, by_month boolean) returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
declare
  statement text;
begin
  execute format('create schema %I', twin);
  execute format(
    'create table %I.outbound_messages (like public.outbound_messages including all) %s',
    twin,
    case when by_month then 'partition by range (id)' else 'with (autovacuum_enabled = off)' end
  );
  for statement in
    select format(
      'create table %I.%I partition of %I.outbound_messages for values from (%L) to (%L) with (autovacuum_enabled = off)',
      twin,
      'outbound_messages_' || to_char(months.month, 'YYYY_MM'),
      twin,
      pg_temp.first_id(months.month),
      pg_temp.first_id(months.month + interval '1 month')
    )
    from generate_series(
      date_trunc('month', now(), 'UTC') - interval '11 months',
      date_trunc('month', now(), 'UTC'),
      interval '1 month'
    ) as months (month)
    where by_month
    union all
    select format(
      'create table %I.outbound_messages_others partition of %I.outbound_messages default with (autovacuum_enabled = off)',
      twin,
      twin
    )
    where by_month
    union all
    select format('alter table %I.outbound_messages add %s', twin, pg_get_constraintdef(k.oid))
    from pg_constraint as k
    where k.conrelid = 'public.outbound_messages'::regclass
      and k.contype = 'f'
    union all
    select regexp_replace(
      pg_get_triggerdef(t.oid),
      ' ON public\.outbound_messages ',
      format(' ON %I.outbound_messages ', twin)
    )
    from pg_trigger as t
    where t.tgrelid = 'public.outbound_messages'::regclass
      and not t.tgisinternal
  loop
    execute statement;
  end loop;
end
$function$;

-- The least uuid of version 7 of a moment.
create or replace function pg_temp.first_id(moment timestamptz) returns uuid
language sql
immutable
return rpad(lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid;
