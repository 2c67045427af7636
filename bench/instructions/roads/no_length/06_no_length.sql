-- title: the default without the longest number
-- idea: The lookup alone.
-- choose it when: Never: it is here to be counted.
-- costs: a number may be too long to be blocked.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

create or replace function public.refuse_blocked_contact() returns trigger
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
begin
  perform
  from public.blocked_contacts as b
  where b.phone operator(pg_catalog.=) new.to_number;

  if found then
    perform public.refuse_message(new.to_number, new.id);
  end if;
  return new;
end
$function$;

-- migrate:down
