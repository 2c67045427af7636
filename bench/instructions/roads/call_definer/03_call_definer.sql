-- title: … with its owner's rights
-- idea: The same, security definer.
-- choose it when: Never: it is here to be counted.
-- costs: it checks nothing.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

create or replace function public.refuse_blocked_contact() returns trigger
language plpgsql
stable
security definer
as $function$
begin

  return new;
end
$function$;

-- migrate:down
