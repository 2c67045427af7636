-- A table beside the messages, spread as they are: the same columns, defaults, keys, foreign keys, checks
-- and triggers, and no rows. All but its spreading is done while it is a table of the coordinator alone.
-- Lives as long as the session. The second parameter is for one server, where a twin may be partitioned.
create or replace function pg_temp.make_twin(twin text, by_month boolean) returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
declare
  statement text;
begin
  if by_month then
    raise exception 'the twins of a cluster are not partitioned by month'
      using errcode = 'feature_not_supported';
  end if;
  set local citus.enable_unsafe_triggers = on;
  set local citus.multi_shard_modify_mode = 'sequential';
  execute format('create schema %I', twin);
  execute format(
    'create table %I.outbound_messages (like public.outbound_messages including all) with (autovacuum_enabled = off)',
    twin
  );
  for statement in
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
  perform create_distributed_table(
    format('%I.outbound_messages', twin),
    'to_number',
    colocate_with => 'public.outbound_messages'
  );
end
$function$;
