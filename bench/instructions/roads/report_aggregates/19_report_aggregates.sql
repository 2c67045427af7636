-- title: a report that aggregates the last opt-outs
-- idea: The default with one query of aggregates in place of the loop.
-- choose it when: Never: it is here to be counted.
-- costs: an opt-in at the same moment is not waited for; higher thresholds set meanwhile.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

do $road$
declare
  whole text := pg_get_functiondef('public.record_opt_out()'::regprocedure);
  changed text := regexp_replace(
    whole,
    'others := 0;.*end loop;(\s+if pg_catalog.row_security_active.''public.opt_outs'')',
    $query$select
      pg_catalog.count(*) as others,
      coalesce(pg_catalog.max(o.ordinal), 0) as last_ordinal,
      pg_catalog.bool_or(o.profile_id operator(pg_catalog.=) profile) as is_known,
      public.opt_out_block_threshold() as enough
    into known
    from (
      select o.profile_id, o.ordinal
      from public.opt_outs as o
      where o.phone operator(pg_catalog.=) contact
      order by o.ordinal desc
      limit public.opt_out_block_threshold()
    ) as o;
    if known.is_known then
      return null;
    end if;
    others := known.others;
    last_ordinal := known.last_ordinal;\1$query$
  );
begin
  if changed = whole then
    raise exception 'the function has changed: nothing to replace';
  end if;
  execute changed;
end
$road$;

-- migrate:down
