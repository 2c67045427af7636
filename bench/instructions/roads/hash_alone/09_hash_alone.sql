-- title: a hash index, no setting, no longest number
-- idea: The cheapest lookup in a row trigger that was found.
-- choose it when: Never: it is here to be counted.
-- costs: the primary key, plans that never scan, the longest number.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

alter table public.blocked_contacts
  drop constraint blocked_contacts_pkey,
  add constraint blocked_contacts_phone_excl exclude using hash (phone with =);

create or replace function public.refuse_blocked_contact() returns trigger
language plpgsql
stable
security definer
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
