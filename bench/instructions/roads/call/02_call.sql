-- title: a call that does nothing
-- idea: A BEFORE INSERT row trigger that only returns the new row.
-- choose it when: Never: it is here to be counted.
-- costs: it checks nothing.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

create or replace function public.refuse_blocked_contact() returns trigger
language plpgsql
stable
as $function$
begin

  return new;
end
$function$;

-- migrate:down
