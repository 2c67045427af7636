-- A table beside the messages: the same columns, defaults, keys, foreign keys, checks and triggers, and no
-- rows. Lives as long as the session. Writers of profiles wait for the moment in which the foreign key is
-- added.
create or replace function pg_temp.make_twin(twin text) returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
declare
  statement text;
begin
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
end
$function$;
