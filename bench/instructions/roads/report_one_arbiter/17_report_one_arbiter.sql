-- title: a report that asks one index for conflicts
-- idea: The default with "on conflict (phone, ordinal)": one probe less.
-- choose it when: Never: it is here to be counted.
-- costs: a repeated 21610 may fail with 23505 instead of 40001, or of nothing.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

do $road$
declare
  whole text := pg_get_functiondef('public.record_opt_out()'::regprocedure);
  changed text := replace(whole, 'on conflict do nothing;

    if not found', 'on conflict (phone, ordinal) do nothing;

    if not found');
begin
  if changed = whole then
    raise exception 'the function has changed: nothing to replace';
  end if;
  execute changed;
end
$road$;

-- migrate:down
