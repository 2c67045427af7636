-- title: a report that asks for no conflict
-- idea: The default with a plain insert.
-- choose it when: Never: it is here to be counted.
-- costs: sessions that meet fail with 23505, whose retry needs a subtransaction a report.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

do $road$
declare
  whole text := pg_get_functiondef('public.record_opt_out()'::regprocedure);
  changed text := replace(whole, 'on conflict do nothing;

    if not found', ';

    if not found');
begin
  if changed = whole then
    raise exception 'the function has changed: nothing to replace';
  end if;
  execute changed;
end
$road$;

-- migrate:down
