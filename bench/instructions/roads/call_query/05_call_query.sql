-- title: … and a query that reads nothing
-- idea: The same, with a query without a table.
-- choose it when: Never: it is here to be counted.
-- costs: it checks nothing.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

create or replace function public.refuse_blocked_contact() returns trigger
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
begin
  perform 1;

  return new;
end
$function$;

-- migrate:down
