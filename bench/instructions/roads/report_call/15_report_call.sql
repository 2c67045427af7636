-- title: a 21610 that records nothing
-- idea: The trigger on reports returns at once.
-- choose it when: Never: it is here to be counted.
-- costs: it records nothing.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

create or replace function public.record_opt_out() returns trigger
language plpgsql
volatile
security definer
set enable_seqscan = off
as $function$
begin
  return null;
end
$function$;

-- migrate:down
