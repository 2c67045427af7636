-- title: … and a setting
-- idea: The same, with enable_seqscan off.
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

  return new;
end
$function$;

-- migrate:down
