-- title: a btree of hashes
-- idea: The primary key replaced by a btree of 64-bit hashes, whose keys compare faster.
-- choose it when: Never: it is here to be counted.
-- costs: the primary key.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

alter table public.blocked_contacts drop constraint blocked_contacts_pkey;
create index blocked_contacts_hash_idx on public.blocked_contacts (hashtextextended(phone, 0));
analyze public.blocked_contacts;

create or replace function public.refuse_blocked_contact() returns trigger
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
begin
  perform
  from public.blocked_contacts as b
  where pg_catalog.hashtextextended(b.phone, 0)
      operator(pg_catalog.=) pg_catalog.hashtextextended(new.to_number, 0)
    and b.phone operator(pg_catalog.=) new.to_number;

  if found then
    perform public.refuse_message(new.to_number, new.id);
  end if;
  return new;
end
$function$;

-- migrate:down
